/// A stored secret, opened. Its text never reaches a log: descriptions and reflection show nothing of it.
public enum Credential: Hashable, Sendable, Codable {
  /// A user and a password or token, for https.
  case basic(user: String, secret: String)
  /// A private key with the host keys to trust, for ssh; `user` empty for the URL's.
  case ssh(user: String, privateKey: String, knownHosts: String)
  /// A kubeconfig with everything inlined, as YAML.
  case kubeconfig(String)
  /// What a Git host signs its webhooks with.
  case webhookSecret(String)
  /// Values by key, as a Kubernetes Secret has them, which generators refer to; and the hosts that they may be sent to.
  case secret(values: [String: String], hosts: [String])

  /// What it is, in the words of the API.
  public var kind: String {
    switch self {
    case .basic: "basic"
    case .ssh: "ssh"
    case .kubeconfig: "kubeconfig"
    case .webhookSecret: "webhookSecret"
    case .secret: "secret"
    }
  }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The kind, without any of its values.
  public var description: String { "\(kind) credential (hidden)" }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// An empty mirror, so that `dump` and string interpolation of containers show nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
