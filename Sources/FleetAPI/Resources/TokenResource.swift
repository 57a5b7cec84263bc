/// What a token allows; each right includes the ones before it.
public enum AccessRight: String, Codable, Sendable, CaseIterable, Comparable {
  /// See everything but secrets.
  case read
  /// Apply documents, start, pause, resume, abort and undo.
  case operate
  /// Approve, reject, waive, release holds.
  case approve
  /// Tokens, credentials, removal of clusters.
  case admin

  /// Orders by what is included.
  public static func < (left: AccessRight, right: AccessRight) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// An access token without its secret: `GET /api/v1/tokens`.
public struct TokenResource: WireValue {
  /// The name.
  public var name: String
  /// What it allows; each right includes the ones before it.
  public var right: AccessRight
  /// The groups, for approval rules.
  public var groups: [String]
  /// Mail addresses of the person's commits, for `notAuthor`.
  public var gitIdentities: [String]

  /// Makes a value.
  public init(name: String, right: AccessRight, groups: [String], gitIdentities: [String]) {
    self.name = name
    self.right = right
    self.groups = groups
    self.gitIdentities = gitIdentities
  }

  /// An example.
  public static var example: Self {
    Self(name: "kim", right: .approve, groups: ["sre"], gitIdentities: ["kim@example.com"])
  }
}

/// `GET /api/v1/whoami`: whose token it is.
public struct WhoAmI: WireValue {
  /// The name.
  public var name: String
  /// What it allows.
  public var right: AccessRight
  /// The groups.
  public var groups: [String]
  /// Mail addresses of the person's commits.
  public var gitIdentities: [String]

  /// Makes a value.
  public init(name: String, right: AccessRight, groups: [String], gitIdentities: [String]) {
    self.name = name
    self.right = right
    self.groups = groups
    self.gitIdentities = gitIdentities
  }

  /// An example.
  public static var example: Self {
    Self(name: "kim", right: .approve, groups: ["sre"], gitIdentities: ["kim@example.com"])
  }
}

/// `GET /api/v1/version`: which program answers.
public struct VersionResource: WireValue {
  /// The program's version.
  public var version: String
  /// The version of this API.
  public var apiVersion: String
  /// The row number of the controller process.
  public var controller: Int64
  /// The controller's time.
  public var serverTime: Timestamp

  /// Makes a value.
  public init(version: String, apiVersion: String = "v1", controller: Int64, serverTime: Timestamp) {
    self.version = version
    self.apiVersion = apiVersion
    self.controller = controller
    self.serverTime = serverTime
  }

  /// An example.
  public static var example: Self { Self(version: "0.1.0", apiVersion: "v1", controller: 3, serverTime: Example.time) }
}
