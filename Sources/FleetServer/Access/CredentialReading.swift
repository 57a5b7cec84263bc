import FleetAPI
import FleetController
import FleetModel
import Manifest

/// Reads a credential from a request. Nothing of it reaches an error's text.
enum CredentialReading {
  /// The credential.
  ///
  /// - Throws: `invalid` naming the field that is missing or not allowed.
  static func credential(_ request: CredentialRequest) throws(ErrorEnvelope) -> Credential {
    switch request.kind {
    case .basic:
      return .basic(user: request.user ?? "git", secret: try required(request.secret, "secret"))
    case .ssh:
      if let passphrase = request.secret, !passphrase.isEmpty {
        throw refusal(
          "secret", "a key with a passphrase cannot be used", "give a key without one: ssh-keygen -p -N \"\"")
      }
      return .ssh(
        user: request.user ?? "", privateKey: try required(request.privateKey, "privateKey"),
        knownHosts: try required(request.knownHosts, "knownHosts"))
    case .kubeconfig:
      let text = try required(request.kubeconfig, "kubeconfig")
      try checkKubeconfig(text)
      return .kubeconfig(text)
    case .webhookSecret:
      let secret = try required(request.secret, "secret")
      guard secret.utf8.count >= 16 else {
        throw refusal("secret", "the secret is too short to keep anybody out", "give at least 16 characters")
      }
      return .webhookSecret(secret)
    case .secret: return try secret(request)
    }
  }

  private static func secret(_ request: CredentialRequest) throws(ErrorEnvelope) -> Credential {
    let values = request.data ?? [:]
    guard !values.isEmpty else { throw refusal("data", "data is missing", "give at least one key with a value") }
    for (key, value) in values where key.isEmpty || value.isEmpty {
      throw refusal("data", "the key \"\(key)\" has no name or no value", "every key has a value")
    }
    let hosts = (request.hosts ?? []).map { $0.lowercased() }
    for host in hosts {
      guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
        !host.contains(where: { "/@*?#[]".contains($0) })
      else {
        throw refusal("hosts", "\"\(host)\" is not a host", "give a name or an address without scheme, port and path")
      }
    }
    return .secret(values: values, hosts: hosts)
  }

  private static func required(_ text: String?, _ field: String) throws(ErrorEnvelope) -> String {
    guard let text, !text.isEmpty else {
      throw refusal(field, "\(field) is missing", "this kind of credential needs it")
    }
    return text
  }

  private static func refusal(_ field: String, _ message: String, _ hint: String) -> ErrorEnvelope {
    ErrorEnvelope(code: .invalid, message: message, field: field, hint: hint)
  }

  /// Keys of a kubeconfig that would make the controller run programs, read its own files or go through a proxy
  /// (AMENDMENTS 27).
  private static let forbidden: [(section: String, part: String, keys: [String])] = [
    (
      "users", "user",
      ["exec", "auth-provider", "tokenFile", "client-certificate", "client-key", "username", "password"]
    ),
    ("clusters", "cluster", ["certificate-authority", "proxy-url"]),
  ]

  private static func checkKubeconfig(_ text: String) throws(ErrorEnvelope) {
    let documents: [Node]
    do {
      documents = try YAML.documents(Array(text.utf8), file: "kubeconfig")
    } catch {
      // The finding may quote the text, so only its place is told.
      let line = error.diagnostics.first?.line ?? 0
      throw refusal(
        "kubeconfig", "the kubeconfig is not YAML (line \(line))", "give the output of kubectl config view --raw")
    }
    guard let config = documents.first, documents.count == 1, config["clusters"]?.array?.isEmpty == false else {
      throw refusal("kubeconfig", "this is not a kubeconfig", "give the output of kubectl config view --raw --flatten")
    }
    for (section, part, keys) in forbidden {
      for (index, entry) in (config[section]?.array ?? []).enumerated() {
        for key in keys where entry[part, key].map({ !$0.isNull }) ?? false {
          throw refusal(
            "kubeconfig", "\(section)[\(index)].\(part).\(key) is not allowed in a stored kubeconfig",
            "the command line inlines the files of the machine it runs on; programs and passwords are not taken: use a "
              + "token or a client certificate")
        }
      }
    }
  }
}
