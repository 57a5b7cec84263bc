internal import FleetModel
internal import Manifest

extension FieldReader {
  /// `spec.overrides` of a FleetSet.
  func overrides() -> [ClusterOverride]? {
    var names: Set<String> = []
    return list()?.compactMap { field in
      guard let override = field.override() else { return nil }
      if !names.insert(override.name).inserted {
        field.error("a second override is called \"\(override.name)\"", hint: "give each a name of its own")
      }
      return override
    }
  }

  private func override() -> ClusterOverride? {
    let read = MapReader.read(self) { map -> ClusterOverride? in
      let name = map.required("name", hint: "messages about it say its name")?.name()
      let clusters = map.required("clusters", hint: "a selector of clusters by their labels; {} is for all")?.selector()
      var layer = Object()
      layer["patches"] = map.optional("patches")?.nodes { $0.patch() }
      layer["images"] = map.optional("images")?.nodes { $0.image() }
      layer["replicas"] = map.optional("replicas")?.nodes { $0.replicas() }
      let values = map.optional("values").flatMap { field -> String? in
        guard field.node.object != nil else {
          field.expected("a map of values for the chart")
          return nil
        }
        return JSON.text(field.node, sortedKeys: true)
      }
      if layer.isEmpty, values == nil, !map.writtenKeys.contains("values") {
        error("changes nothing", hint: "give it patches, images, replicas or values")
      }
      guard let name, let clusters else { return nil }
      return ClusterOverride(
        name: name, clusters: clusters,
        kustomization: layer.isEmpty ? nil : JSON.text(Node(.object(layer)), sortedKeys: true), values: values)
    }
    return read ?? nil
  }

  private func nodes(_ read: (FieldReader) -> Node?) -> Node? { list().map { Node(.array($0.compactMap(read))) } }

  /// A patch with its target, as kustomize has it; the patch may also be written as a map or list instead of a text.
  private func patch() -> Node? {
    let read = MapReader.read(self) { map -> Node? in
      let patch = map.required("patch", hint: "a strategic merge patch, or a list of JSON 6902 operations")
      let text = patch?.patchText()
      let target = map.optional("target")?.patchTarget()
      if patch?.node.array != nil, target == nil {
        error("a list of operations needs a target", hint: "say what it changes: target: {kind: Deployment, name: web}")
      }
      map.notAvailable("path", hint: "write the patch itself: patch")
      guard let text else { return nil }
      var object = Object()
      object["patch"] = Node(.string(text))
      object["target"] = target
      object["options"] = map.optional("options")?.flags(["allowNameChange", "allowKindChange"])
      return Node(.object(object))
    }
    return read ?? nil
  }

  private func patchText() -> String? {
    if node.object != nil || node.array != nil { return JSON.text(node, sortedKeys: true) }
    guard let text = nonEmptyText() else { return nil }
    do throws(DiagnosticsError) {
      let documents = try YAML.documents(Array(text.utf8))
      if documents.allSatisfy({ $0.object == nil && $0.array == nil }) { error("holds no patch") }
    } catch {
      for problem in error.diagnostics.prefix(1) {
        self.error("is no YAML: \(problem.message), in line \(problem.line) of the patch")
      }
    }
    return text
  }

  private func patchTarget() -> Node? {
    let read = MapReader.read(self) { map -> Node? in
      var object = Object()
      for key in ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"] {
        if let text = map.optional(key)?.nonEmptyText() { object[key] = Node(.string(text)) }
      }
      if object.isEmpty { error("names nothing", hint: "give it a kind, and a name where there are several") }
      return Node(.object(object))
    }
    return read ?? nil
  }

  private func flags(_ keys: [String]) -> Node? {
    MapReader.read(self) { map in
      var object = Object()
      for key in keys { if let flag = map.optional(key)?.boolean() { object[key] = Node(.boolean(flag)) } }
      return Node(.object(object))
    }
  }

  private func image() -> Node? {
    let read = MapReader.read(self) { map -> Node? in
      let name = map.required("name", hint: "the image as the manifests name it, without tag")?.nonEmptyText()
      var object = Object()
      object["name"] = name.map { Node(.string($0)) }
      for key in ["newName", "newTag", "digest"] {
        if let text = map.optional(key)?.nonEmptyText() { object[key] = Node(.string(text)) }
      }
      if object.count < 2, name != nil { error("changes nothing", hint: "give it newName, newTag or digest") }
      return Node(.object(object))
    }
    return read ?? nil
  }

  private func replicas() -> Node? {
    let read = MapReader.read(self) { map -> Node? in
      let name = map.required("name", hint: "the workload's name")?.nonEmptyText()
      let count = map.required("count")?.integer(0...1_000_000)
      guard let name, let count else { return nil }
      var object = Object()
      object["name"] = Node(.string(name))
      object["count"] = Node(.integer(Int64(count)))
      return Node(.object(object))
    }
    return read ?? nil
  }
}
