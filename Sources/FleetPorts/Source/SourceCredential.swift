/// What a Git server asks for. Its text never reaches a log: descriptions and reflection show nothing of it.
public enum SourceCredential: Hashable, Sendable {
  /// A user name with a password or token, for `https://` and `http://`.
  case password(user: String, password: String)
  /// A private key in OpenSSH's or PEM's format without passphrase, and the lines of a `known_hosts` file that name
  /// the server's host keys; a server with another key is refused.
  case ssh(privateKey: String, knownHosts: String)
}

extension SourceCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The kind, without any of its values.
  public var description: String {
    switch self {
    case .password: "password (hidden)"
    case .ssh: "ssh key (hidden)"
    }
  }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// An empty mirror, so that `dump` and string interpolation of containers show nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
