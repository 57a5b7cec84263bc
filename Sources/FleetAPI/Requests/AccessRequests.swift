/// `POST /api/v1/tokens`: makes a token.
public struct TokenRequest: WireValue {
  /// The name, unique.
  public var name: String
  /// What it allows.
  public var right: AccessRight
  /// The groups, for approval rules; null for none.
  public var groups: [String]?
  /// Mail addresses of the person's commits, for `notAuthor`; null for none.
  public var gitIdentities: [String]?
  /// How long it is good; null for ever.
  public var expiresInSeconds: Int?
  /// Why.
  public var reason: String?
  /// Whether to check only and make no token.
  public var dryRun: Bool?

  /// Makes a value.
  public init(
    name: String, right: AccessRight, groups: [String]? = nil, gitIdentities: [String]? = nil,
    expiresInSeconds: Int? = nil, reason: String? = nil, dryRun: Bool? = nil
  ) {
    self.name = name
    self.right = right
    self.groups = groups
    self.gitIdentities = gitIdentities
    self.expiresInSeconds = expiresInSeconds
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self {
    Self(
      name: "kim", right: .approve, groups: ["sre"], gitIdentities: ["kim@example.com"], expiresInSeconds: 2_592_000,
      reason: "joins the team", dryRun: false)
  }
}

/// The answer to a new token; the only time its secret is shown.
public struct TokenCreated: WireValue {
  /// The secret: `flt_` and 43 characters; empty when the request said `dryRun`.
  public var token: String
  /// The name.
  public var name: String
  /// What it allows.
  public var right: AccessRight

  /// Makes a value.
  public init(token: String, name: String, right: AccessRight) {
    self.token = token
    self.name = name
    self.right = right
  }

  /// An example.
  public static var example: Self {
    Self(token: "flt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", name: "kim", right: .approve)
  }
}

/// `PUT …/credentials/NAME`: stores a secret under a name; it is never given out again.
///
/// The webhook secret of repository R is the credential named `R.webhook`.
public struct CredentialRequest: WireValue {
  /// What it is.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// A user and password, or token, for https.
    case basic
    /// A private key, with the host keys to trust, for ssh.
    case ssh
    /// A kubeconfig with everything inlined.
    case kubeconfig
    /// What a Git host signs its webhooks with.
    case webhookSecret
    /// Values by key, which generators refer to as they do to a Kubernetes Secret.
    case secret
  }

  /// What it is.
  public var kind: Kind
  /// For `basic` and `ssh`: the user; null for the URL's.
  public var user: String?
  /// For `basic`: the password or token. For `ssh`: the key's passphrase. For `webhookSecret`: the secret.
  public var secret: String?
  /// For `ssh`: the private key as OpenSSH writes it.
  public var privateKey: String?
  /// For `ssh`: lines as in `known_hosts`.
  public var knownHosts: String?
  /// For `kubeconfig`: the YAML text.
  public var kubeconfig: String?
  /// For `secret`: the values by key.
  public var data: [String: String]?
  /// For `secret`: the hosts that the values may be sent to; none for the public address of a provider only.
  public var hosts: [String]?
  /// Why.
  public var reason: String?
  /// Whether to check only and store nothing.
  public var dryRun: Bool?

  /// Makes a request.
  public init(
    kind: Kind, user: String? = nil, secret: String? = nil, privateKey: String? = nil, knownHosts: String? = nil,
    kubeconfig: String? = nil, data: [String: String]? = nil, hosts: [String]? = nil, reason: String? = nil,
    dryRun: Bool? = nil
  ) {
    self.kind = kind
    self.user = user
    self.secret = secret
    self.privateKey = privateKey
    self.knownHosts = knownHosts
    self.kubeconfig = kubeconfig
    self.data = data
    self.hosts = hosts
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self {
    Self(
      kind: .basic, user: "flotilla", secret: "…", privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----…",
      knownHosts: "git.example.com ssh-ed25519 AAAA…", kubeconfig: "apiVersion: v1…",
      data: ["token": "…"], hosts: ["git.example.com"], reason: "rotated", dryRun: false)
  }
}
