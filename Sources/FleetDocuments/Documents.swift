public import FleetModel
internal import Manifest

/// Reads documents of `flotilla.dev/v1`, ApplicationSets, and the ConfigMaps that they refer to.
public enum Documents {
  /// The API version of every document of Flotilla's own.
  public static let apiVersion = "flotilla.dev/v1"

  /// Reads all documents of a file, YAML or JSON, and finds everything that is wrong with them in one pass.
  ///
  /// - Parameter file: the file's name for messages.
  /// - Returns: the documents that are right, and the findings in order of place. With an error among them nothing
  ///   should be changed; warnings alone are no obstacle. A document that is not YAML or JSON is one error.
  public static func read(
    _ bytes: [UInt8], file: String, zones: ZoneCatalogue? = nil
  ) -> (documents: [Document], diagnostics: [Diagnostic]) {
    read([(file: file, bytes: bytes)], zones: zones)
  }

  /// Reads all documents of several files; a document must not be described twice in any of them.
  ///
  /// - Parameter zones: the time zones that there are; nil judges no zone's name.
  /// - Returns: as `read(_:file:)`; findings are in order of the files.
  public static func read(
    _ files: [(file: String, bytes: [UInt8])], zones: ZoneCatalogue? = nil
  ) -> (documents: [Document], diagnostics: [Diagnostic]) {
    var documents: [Document] = []
    var diagnostics: [Diagnostic] = []
    var places: [String: String] = [:]
    for (file, bytes) in files {
      let findings = Findings(file: file)
      findings.zones = zones
      let (nodes, problems) = DocumentReader.readableDocuments(bytes, file: file)
      findings.add(problems)
      for node in flattened(nodes) {
        let root = FieldReader(node: node, path: "", findings: findings)
        guard let header = root.header() else { continue }
        let isNew = checkIsNew(header, root, file: file, places: &places)
        if var document = root.document(header), isNew {
          document.file = file
          documents.append(document)
        }
      }
      diagnostics += findings.sorted
    }
    return (documents, diagnostics)
  }

  /// `kind: List` is how several documents come as one, for example from `-o yaml`.
  private static func flattened(_ nodes: [Node]) -> [Node] {
    nodes.flatMap { $0["kind"]?.string == "List" ? DocumentReader.unpackingLists([$0]) : [$0] }
  }

  private static func checkIsNew(
    _ header: DocumentHeader, _ root: FieldReader, file: String, places: inout [String: String]
  ) -> Bool {
    guard let name = header.name else { return false }
    let line = root.node.position.map { ":\($0.line)" } ?? ""
    let place = "\(file.isEmpty ? "-" : file)\(line)"
    guard let earlier = places.updateValue(place, forKey: "\(header.kind.namesake)/\(header.project)/\(name)") else {
      return true
    }
    root.findings.add(
      at: header.namePosition, field: "metadata.name",
      "\(header.kind.rawValue) \"\(name)\" is already described at \(earlier)",
      hint: "remove one of them, or give it another name")
    return false
  }
}

/// What all kinds of documents have in common.
struct DocumentHeader {
  enum Kind: String, CaseIterable {
    case cluster = "Cluster"
    case repository = "Repository"
    case fleetSet = "FleetSet"
    case window = "Window"
    case freeze = "Freeze"
    case analysis = "Analysis"
    case limit = "Limit"
    case applicationSet = "ApplicationSet"
    case configMap = "ConfigMap"

    /// The kinds of Flotilla's own API version.
    static let allCases: [Kind] = [.cluster, .repository, .fleetSet, .window, .freeze, .analysis, .limit]

    /// What names are unique among: both kinds of sets have rollouts, which are named after them.
    var namesake: String { self == .applicationSet ? Kind.fleetSet.rawValue : rawValue }

    /// Whether a document may hold what a server added.
    var isOfKubernetes: Bool { self == .applicationSet || self == .configMap }
  }

  var kind: Kind
  /// How many errors the file had before this document.
  var errorsBefore: Int
  var project = ProjectName.defaultProject
  /// Nil when it is missing or wrong.
  var name: String?
  var namePosition: Position?
  var labels: [String: String] = [:]
  var annotations: [String: String] = [:]
}
