public import FleetModel

/// `POST …/documents`: stores the documents of all files, or none.
public struct ApplyRequest: WireValue {
  /// A file with documents.
  public struct File: WireValue {
    /// The name as the user gave it, for findings; never opened.
    public var name: String
    /// The text: YAML or JSON, many documents.
    public var content: String

    /// Makes a value.
    public init(name: String, content: String) {
      self.name = name
      self.content = content
    }

    /// An example.
    public static var example: Self {
      Self(name: "fleet.yaml", content: "apiVersion: flotilla.dev/v1\nkind: Cluster\n…")
    }
  }

  /// The files.
  public var files: [File]
  /// Whether to answer what would happen and change nothing.
  public var dryRun: Bool?
  /// Why, for the event feed.
  public var reason: String?

  /// Makes a value.
  public init(files: [File], dryRun: Bool? = nil, reason: String? = nil) {
    self.files = files
    self.dryRun = dryRun
    self.reason = reason
  }

  /// An example.
  public static var example: Self { Self(files: [.example], dryRun: false, reason: "add eu-west") }
}

/// What applying documents did, or with `dryRun` would do.
public struct ApplyResponse: WireValue {
  /// What happened to one document.
  public struct Item: WireValue {
    /// What happened.
    public enum Result: String, Codable, Sendable, CaseIterable {
      /// It was new.
      case created
      /// It was changed.
      case configured
      /// It was the same.
      case unchanged
    }

    /// The kind as documents write it.
    public var kind: String
    /// The owner.
    public var project: ProjectName
    /// The name.
    public var name: String
    /// What happened.
    public var result: Result
    /// The generation from now on.
    public var generation: Int64

    /// Makes a value.
    public init(kind: String, project: ProjectName, name: String, result: Result, generation: Int64) {
      self.kind = kind
      self.project = project
      self.name = name
      self.result = result
      self.generation = generation
    }

    /// An example.
    public static var example: Self {
      Self(kind: "Cluster", project: "default", name: "eu-west-1", result: .created, generation: 1)
    }
  }

  /// One entry a document, in the order given.
  public var items: [Item]
  /// Whether nothing was changed.
  public var dryRun: Bool
  /// Findings that do not stop the documents.
  public var warnings: [Diagnostic]

  /// Makes a value.
  public init(items: [Item], dryRun: Bool, warnings: [Diagnostic]) {
    self.items = items
    self.dryRun = dryRun
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self {
    Self(
      items: [.example], dryRun: false,
      warnings: [Diagnostic(severity: .warning, file: "fleet.yaml", line: 3, column: 5, field: "spec", message: "…")])
  }
}
