import FleetModel
import Manifest

/// Manifests with the files they came from.
struct ManifestSources {
  struct Entry {
    var manifest: Node
    var file: String
    /// What gave the fields their values; nil when nobody asks.
    var traced: TracedDocument?

    var place: String { manifest.position.map { "\(file):\($0.line)" } ?? file }

    func problem(_ message: String, field: String = "", hint: String = "", at position: Position? = nil) -> Diagnostic {
      let position = position ?? manifest.position
      return Diagnostic(
        file: file, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0), field: field, message: message,
        hint: hint)
    }
  }

  private(set) var entries: [Entry] = []
  private var unread: [(bytes: [UInt8], file: String)] = []

  /// Notes a file that is read later, so that one pass finds the syntax errors of all.
  mutating func add(_ bytes: [UInt8], file: String) { unread.append((bytes, file)) }

  /// Adds objects that are read already.
  mutating func add(_ objects: [Node], file: String) { entries += objects.map { Entry(manifest: $0, file: file) } }

  mutating func readAll() throws(DiagnosticsError) {
    var problems: [Diagnostic] = []
    for (bytes, file) in unread {
      do throws(DiagnosticsError) { try read(bytes, file: file) } catch { problems += error.diagnostics }
    }
    unread = []
    if !problems.isEmpty { throw DiagnosticsError(problems) }
  }

  /// Reads the documents of a file; empty ones are left out and lists replaced by their items.
  mutating func read(_ bytes: [UInt8], file: String) throws(DiagnosticsError) {
    let documents = try DocumentReader.documents(bytes, file: file).filter { !$0.isNull }
    // A JSON file may hold several objects in one array.
    let objects = documents.flatMap { $0.array ?? [$0] }
    entries += DocumentReader.unpackingLists(objects).map { Entry(manifest: $0, file: file) }
  }

  /// Begins to follow objects that were read.
  mutating func follow(from step: (Entry, TracedField) -> FieldOrigin) {
    for index in entries.indices {
      let entry = entries[index]
      entries[index].traced = TracedDocument(entry.manifest) { step(entry, $0) }
    }
  }

  /// Goes on following objects of a build.
  mutating func follow(_ documents: [TracedDocument]) {
    for (index, document) in zip(entries.indices, documents) { entries[index].traced = document }
  }

  /// Notes what a step did to objects that are followed.
  mutating func note(_ step: TracedDocument.Step) {
    for index in entries.indices {
      let manifest = entries[index].manifest
      entries[index].traced?.becomes(manifest, by: step)
    }
  }

  /// Forgets all objects.
  mutating func removeAll() { entries = [] }

  /// Leaves out objects.
  mutating func remove(where isLeftOut: (Node) -> Bool) { entries.removeAll { isLeftOut($0.manifest) } }

  /// Names hooks that only have `generateName`, as Argo CD's often do: a name that stays, so that a run replaces the one
  /// before.
  mutating func nameHooks() {
    var taken = Set(entries.compactMap { Self.key($0.manifest, $0.manifest["metadata", "name"]?.string) })
    let marks = ["flotilla.dev/hook", "argocd.argoproj.io/hook", "helm.sh/hook"]
    for index in entries.indices {
      let metadata = entries[index].manifest["metadata"]
      guard metadata?["name"] == nil, let prefix = metadata?["generateName"]?.string, let base = Self.trimmed(prefix),
        marks.contains(where: { metadata?["annotations", $0] != nil })
      else { continue }
      var name = base
      var number = 1
      while let key = Self.key(entries[index].manifest, name), !taken.insert(key).inserted {
        number += 1
        name = "\(base)-\(number)"
      }
      entries[index].manifest["metadata"]?["generateName"] = nil
      entries[index].manifest["metadata"]?["name"] = Node(.string(name))
    }
  }

  /// Without the hyphens and dots at the end, which no name may have; nil when nothing is left.
  private static func trimmed(_ prefix: String) -> String? {
    var text = prefix[...]
    while text.last == "-" || text.last == "." { text.removeLast() }
    return text.isEmpty ? nil : String(text)
  }

  private static func key(_ manifest: Node, _ name: String?) -> String? {
    name.map { "\(manifest["apiVersion"]?.string ?? "")/\(manifest["kind"]?.string ?? "")/\($0)" }
  }

  /// Whether something is encrypted with SOPS.
  var hasSops: Bool {
    entries.contains { $0.manifest["sops", "mac"] != nil || $0.manifest["data", "sops_mac"] != nil }
  }

  /// Gives encrypted objects the files that they were read from.
  mutating func attach(_ encrypted: SopsSources) {
    for index in entries.indices { entries[index].manifest = encrypted.attached(to: entries[index].manifest) }
  }

  /// Gives every object an annotation.
  mutating func annotate(_ name: String, _ value: String) {
    for index in entries.indices where entries[index].manifest["metadata"]?.object != nil {
      if entries[index].manifest["metadata", "annotations"]?.object == nil {
        entries[index].manifest["metadata"]?["annotations"] = [:]
      }
      entries[index].manifest["metadata"]?["annotations"]?[name] = Node(.string(value))
    }
  }

  /// Puts values for `${NAME}` into the manifests.
  mutating func substitute(_ values: [String: String]) throws(DiagnosticsError) {
    let substitution = Substitution(values: values)
    var problems: [Diagnostic] = []
    for index in entries.indices {
      var missing: [(name: String, field: String)] = []
      entries[index].manifest = substitution.apply(to: entries[index].manifest, missing: &missing)
      for (name, field) in missing {
        problems.append(
          entries[index].problem(
            "there is no value for ${\(name)}", field: field,
            hint: "give one in source.substitute, or a default: ${\(name):=text}; $${\(name)} leaves it as it is"))
      }
    }
    if !problems.isEmpty { throw DiagnosticsError(problems) }
  }
}
