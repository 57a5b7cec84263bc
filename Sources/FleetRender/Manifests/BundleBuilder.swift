import FleetModel
import Manifest

/// Checks manifests, completes their namespaces and puts them into a bundle.
struct BundleBuilder {
  let sources: ManifestSources
  let namespace: String
  let rules: ObjectRules

  func build(
    place: String
  ) throws(DiagnosticsError) -> (Bundle, warnings: [Diagnostic], followed: [ObjectIdentity: TracedDocument]) {
    let path = place.isEmpty ? "." : place
    guard !sources.entries.isEmpty else {
      throw DiagnosticsError([
        Diagnostic(
          file: path, message: "renders to no object at all",
          hint: "nothing is ever deleted because of that; to remove a target, take it out of the generators")
      ])
    }
    let scope = KindScope(manifests: sources.entries.map(\.manifest))
    var problems: [Diagnostic] = []
    var warnings: [Diagnostic] = []
    var objects: [BundleObject] = []
    var places: [ObjectIdentity: String] = [:]
    var followed: [ObjectIdentity: TracedDocument] = [:]
    var contents = BundleContents()
    var size = 0
    for entry in sources.entries {
      let complaints = Self.complaints(about: entry)
      guard complaints.isEmpty, let identity = ObjectIdentity(of: entry.manifest) else {
        problems += complaints
        continue
      }
      let placed = namespaced(entry, identity: identity, scope: scope, warnings: &warnings)
      let manifest = rules.written(into: placed)
      guard let object = BundleObject(manifest) else { continue }
      if var document = entry.traced {
        document.becomes(placed) { _ in FieldOrigin(kind: .fleetSet, part: "destination.namespace") }
        document.becomes(manifest) { field in
          let isHealth = field.path.last == HealthRules.setAnnotation
          return FieldOrigin(kind: .fleetSet, part: isHealth ? "health" : "sync.ignoreDifferences")
        }
        followed[object.identity] = document
      }
      if let other = places[object.identity] {
        problems.append(
          entry.problem("\(object.identity.display) is there twice: in \(other) and in \(entry.place)"))
        continue
      }
      places[object.identity] = entry.place
      objects.append(object)
      contents.add(entry, placed, object.identity)
      size += object.canonicalJSON.count
      guard size <= Bundle.limitBytes else {
        throw DiagnosticsError([
          entry.problem(
            "the objects have more than \(Bundle.limitBytes) bytes together",
            hint: "split \(path) into several directories, or keep large data out of manifests")
        ])
      }
    }
    if !problems.isEmpty { throw DiagnosticsError(problems) }
    return (Bundle(objects: objects, contents: contents), warnings, followed)
  }

  /// What an object lacks that every Kubernetes object has.
  private static func complaints(about entry: ManifestSources.Entry) -> [Diagnostic] {
    let manifest = entry.manifest
    guard manifest.object != nil else {
      return [entry.problem("expected a Kubernetes object, not \(manifest.kindName)")]
    }
    var problems: [Diagnostic] = []
    for field in ["apiVersion", "kind"] {
      guard let node = manifest[field] else {
        problems.append(
          entry.problem(
            "the object has no \(field)", field: field,
            hint: "files that are no manifests belong outside the directory, or under a name that begins with a dot"))
        continue
      }
      if node.string?.isEmpty != false {
        problems.append(
          entry.problem("expected a text that is not empty, not \(node.kindName)", field: field, at: node.position))
      }
    }
    let name = manifest["metadata", "name"]
    if name?.string?.isEmpty != false {
      let isGenerated = manifest["metadata", "generateName"] != nil
      problems.append(
        entry.problem(
          name == nil
            ? "the object has no metadata.name" : "expected a text that is not empty, not \(name?.kindName ?? "")",
          field: "metadata.name",
          hint: isGenerated ? "generateName makes a new object at every apply; give it a name" : "", at: name?.position)
      )
    }
    if let namespace = manifest["metadata", "namespace"], namespace.string == nil, !namespace.isNull {
      problems.append(
        entry.problem(
          "expected a text, not \(namespace.kindName)", field: "metadata.namespace", at: namespace.position))
    }
    return problems
  }

  private func namespaced(
    _ entry: ManifestSources.Entry, identity: ObjectIdentity, scope: KindScope, warnings: inout [Diagnostic]
  ) -> Node {
    var manifest = entry.manifest
    guard var metadata = manifest["metadata"] else { return manifest }
    if scope.isClusterScoped(identity) {
      guard metadata["namespace"] != nil else { return manifest }
      if !identity.namespace.isEmpty {
        var warning = entry.problem(
          "\(identity.kind) \(identity.name) stands outside namespaces; its namespace \(identity.namespace) is ignored",
          field: "metadata.namespace")
        warning.severity = .warning
        warnings.append(warning)
      }
      metadata["namespace"] = nil
    } else {
      guard identity.namespace.isEmpty, !namespace.isEmpty else { return manifest }
      metadata["namespace"] = Node(.string(namespace))
    }
    manifest["metadata"] = metadata
    return manifest
  }
}
