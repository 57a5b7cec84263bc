public import FleetModel

/// Who acts: a person or a job with a token, or Flotilla itself.
public struct Principal: Hashable, Sendable, Codable {
  /// What a token allows; each right includes the ones before it.
  public enum Right: String, Sendable, Codable, CaseIterable, Comparable {
    /// See everything but secrets.
    case read
    /// Apply documents, start, pause, resume, abort and undo.
    case operate
    /// Approve, reject, waive, release holds.
    case approve
    /// Tokens, credentials, removal of clusters.
    case admin

    /// Orders by what is included.
    public static func < (left: Right, right: Right) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  /// The token's row; 0 for Flotilla itself.
  public var token: TokenID
  /// The name, for events and approvals.
  public var name: String
  /// The groups, for approval rules.
  public var groups: [String]
  /// Mail addresses of the person's commits, for `notAuthor`.
  public var gitIdentities: [String]
  /// What is allowed.
  public var right: Right

  /// Makes a principal.
  public init(
    token: TokenID = 0, name: String, groups: [String] = [], gitIdentities: [String] = [], right: Right
  ) {
    self.token = token
    self.name = name
    self.groups = groups
    self.gitIdentities = gitIdentities
    self.right = right
  }

  /// Flotilla itself, for what a rule decides.
  public static let flotilla = Principal(name: "flotilla", right: .admin)
}

/// Who changes something, and why: stored with the event of every change (V7).
public struct ChangeCause: Hashable, Sendable, Codable {
  /// Who.
  public var principal: String
  /// Why; empty when nobody said.
  public var reason: String

  /// Makes a cause.
  public init(principal: String, reason: String = "") {
    self.principal = principal
    self.reason = reason
  }
}

/// A part of a list in a stable order, and where the next part begins.
public struct Page<Element: Sendable>: Sendable {
  /// The elements.
  public var elements: [Element]
  /// What to ask for next; nil at the end. Opaque to callers.
  public var next: String?

  /// Makes a page.
  public init(elements: [Element], next: String?) {
    self.elements = elements
    self.next = next
  }

  /// The page with every element made into another.
  public func map<Other: Sendable>(_ transform: (Element) throws -> Other) rethrows -> Page<Other> {
    Page<Other>(elements: try elements.map(transform), next: next)
  }
}

/// Whether a thing is as it should be, in the words of Kubernetes conditions.
public struct Condition: Hashable, Sendable, Codable {
  /// Whether it is as it should be.
  public var isReady: Bool
  /// Why, as one UpperCamelCase word, for example `RepositoryUnreachable`, `EmptyExpansion`, `Ready`.
  public var reason: String
  /// Why, for people, with what to do.
  public var message: String
  /// Since when.
  public var since: Instant

  /// Makes a condition.
  public init(isReady: Bool, reason: String, message: String, since: Instant) {
    self.isReady = isReady
    self.reason = reason
    self.message = message
    self.since = since
  }
}
