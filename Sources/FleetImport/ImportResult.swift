public import FleetModel
public import Manifest

/// A file to take over documents from.
public struct ImportFile: Sendable {
  /// The name as the user knows it, for messages.
  public var name: String
  /// What is in it.
  public var content: [UInt8]

  /// Makes a file.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }
}

/// What became of other systems' documents: Flotilla's, and an account of what they do not say.
public struct ImportResult: Sendable {
  /// The documents: repositories, clusters, sets. Those of sets may be ApplicationSets.
  public var documents: [Node]
  /// What was left out, and what means something else now, by file and line.
  public var findings: [ImportFinding]
  /// What has to be done besides applying the documents, such as storing credentials, which are never in them.
  public var steps: [ImportStep]
}

/// Something that the documents do not say as the original did.
public struct ImportFinding: Hashable, Sendable, Codable {
  /// What became of it.
  public enum Outcome: String, Hashable, Sendable, Codable {
    /// It has no place; somebody must decide what to do.
    case leftOut
    /// It is there, and means something else, or needs nothing any more.
    case differs
  }

  /// What became of it.
  public var outcome: Outcome
  /// The file.
  public var file: String
  /// The line from 1; 0 when unknown.
  public var line: Int
  /// The column from 1; 0 when unknown.
  public var column: Int
  /// The field's path in its document; empty for the whole document.
  public var field: String
  /// What is not the same, and why.
  public var message: String
  /// What to do; empty for nothing.
  public var hint: String

  /// The finding as a finding about a document, for showing it in the same way.
  public var diagnostic: Diagnostic {
    Diagnostic(
      severity: .warning, file: file, line: line, column: column, field: field, message: message, hint: hint)
  }
}

/// Something to do besides applying the documents.
public struct ImportStep: Hashable, Sendable, Codable {
  /// The command, with words in capitals where something must be filled in.
  public var command: String
  /// What for.
  public var reason: String
}

/// Where documents come from and whose they will be.
public struct ImportOptions: Sendable {
  /// Takes only documents of this namespace, and those that name none; nil for all.
  public var namespace: String?
  /// Whose the documents will be; nil for what the originals say.
  public var project: ProjectName?
  /// Whether the controller reaches the clusters itself, with kubeconfigs; else agents join from there.
  public var usesKubeconfigs: Bool

  /// Makes options.
  public init(namespace: String? = nil, project: ProjectName? = nil, usesKubeconfigs: Bool = false) {
    self.namespace = namespace
    self.project = project
    self.usesKubeconfigs = usesKubeconfigs
  }
}
