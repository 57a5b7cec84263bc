/// Which objects a rule is about.
public struct ObjectPattern: Hashable, Sendable, Codable {
  /// The API group, empty for the core group; `*` stands for any text.
  public var group: String
  /// The kind; `*` stands for any text.
  public var kind: String
  /// The namespace; empty for all.
  public var namespace: String
  /// The name; empty for all.
  public var name: String

  /// Makes a pattern.
  public init(group: String = "", kind: String, namespace: String = "", name: String = "") {
    self.group = group
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// Whether the rule is about the object.
  public func matches(group: String, kind: String, namespace: String, name: String) -> Bool {
    Self.matches(self.group, group) && Self.matches(self.kind, kind)
      && (self.namespace.isEmpty || self.namespace == namespace) && (self.name.isEmpty || self.name == name)
  }

  /// Which objects, for people: `object of kind Deployment.apps in namespace shop with the name web`.
  public var words: String {
    let kinds = group.isEmpty ? kind : "\(kind).\(group)"
    return "object of kind \(kinds)" + (namespace.isEmpty ? "" : " in namespace \(namespace)")
      + (name.isEmpty ? "" : " with the name \(name)")
  }

  private static func matches(_ pattern: String, _ text: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return pattern == text }
    guard text.hasPrefix(first) else { return false }
    var rest = text.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}

/// Fields whose differences are no drift, as an Argo CD Application's `ignoreDifferences` names them:
/// https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/
public struct IgnoredDifference: Hashable, Sendable, Codable {
  /// The objects.
  public var objects: ObjectPattern
  /// Fields by JSON pointers, RFC 6901.
  public var jsonPointers: [String]
  /// Fields by expressions, see `FieldExpression`.
  public var jqPathExpressions: [String]
  /// Field managers: what these own is theirs.
  public var managedFieldsManagers: [String]

  /// Makes a rule.
  public init(
    objects: ObjectPattern, jsonPointers: [String] = [], jqPathExpressions: [String] = [],
    managedFieldsManagers: [String] = []
  ) {
    self.objects = objects
    self.jsonPointers = jsonPointers
    self.jqPathExpressions = jqPathExpressions
    self.managedFieldsManagers = managedFieldsManagers
  }

  /// The annotation by which a set's rules reach an object.
  public static let setAnnotation = "flotilla.dev/set-ignore-differences"
  /// The annotation of a manifest that says the same of itself.
  public static let annotation = "flotilla.dev/ignore-differences"
}

/// How the health of some objects is told.
public struct HealthRules: Hashable, Sendable, Codable {
  /// One line of the table.
  public struct Line: Hashable, Sendable, Codable {
    /// A `FieldExpression` about the object.
    public var when: String
    /// How it is doing when that holds.
    public var health: Health
    /// Why, for people: a text, or a `FieldExpression` that begins with a dot; empty for what `when` says.
    public var message: String

    /// Makes a line.
    public init(when: String, health: Health, message: String = "") {
      self.when = when
      self.health = health
      self.message = message
    }
  }

  /// The objects.
  public var objects: ObjectPattern
  /// The table: of the lines that hold the worst counts, of several with that health the first.
  public var lines: [Line]
  /// What it is when no line holds.
  public var otherwise: Health

  /// Makes rules.
  public init(objects: ObjectPattern, lines: [Line], otherwise: Health = .progressing) {
    self.objects = objects
    self.lines = lines
    self.otherwise = otherwise
  }

  /// The annotation by which a set's rules reach an object.
  public static let setAnnotation = "flotilla.dev/set-health"
}
