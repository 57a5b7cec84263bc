import Manifest

// Transformers that set metadata: namespace, prefixes and suffixes of names, labels, annotations.

struct NamespaceTransformer {
  let namespace: String

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    var counts: [ResourceID: Int] = [:]
    counts.reserveCapacity(2 * resources.count)
    for resource in resources { counts[resource.current, default: 0] += 1 }
    for resource in resources where !resource.isEmpty {
      if resource.annotation(BuildNote.helmGenerated) == "true" { continue }
      let old = resource.current
      resource.rememberID()
      try apply(to: resource)
      resource.forgetIDs()
      let new = resource.current
      if new == old {
        guard counts[old] == 1 else { throw twice(resource) }
        continue
      }
      counts[old, default: 0] -= 1
      counts[new, default: 0] += 1
      guard counts[new] == 1 else { throw twice(resource) }
    }
  }

  private func twice(_ resource: Resource) -> KustomizeStop {
    .failed(
      "two objects are \(resource.current.display) once they are in one namespace", file: resource.file,
      at: resource.root.position)
  }

  private static let field = FieldSpec(path: "metadata/namespace", creates: true)

  private func apply(to resource: Resource) throws(KustomizeStop) {
    let root = resource.root
    func set(_ node: WrittenNode) throws(KustomizeStop) {
      try node.setScalar(WrittenNode(kind: .scalar, tag: .string, text: namespace))
    }
    if !resource.current.isClusterScoped {
      try Self.field.visitAny(root, making: .scalar, set)
    }
    let kind = resource.kind
    if kind == "RoleBinding" || kind == "ClusterRoleBinding", let subjects = root["subjects"], !subjects.isNull {
      guard subjects.kind == .sequence else { throw .needsProgram("subjects that are no list") }
      // Only the account that every namespace has is known to be the one of this namespace.
      for subject in subjects.content where try subject.field("name")?.text == "default" {
        try set(try subject.child(creating: "namespace", kind: .scalar))
      }
    }
    for spec in DefaultFieldSpecs.namespace where spec.type.kind == kind {
      if spec.path == "metadata/name", resource.apiVersion != "v1" { continue }
      try spec.visit(root, making: .scalar, tag: .string, set)
    }
  }
}

/// Puts something before or behind the names of objects.
struct NameTransformer {
  let text: String
  let isPrefix: Bool

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    for resource in resources {
      let original = resource.original.type
      if original.kind == "CustomResourceDefinition" || original.kind == "Namespace" { continue }
      if original.kind == "APIService", original.group == "apiregistration.k8s.io" { continue }
      resource.remember(text, isPrefix: isPrefix)
      resource.rememberID()
      guard let name = resource.root["metadata"]?["name"] else { continue }
      try name.setScalar(.untyped(isPrefix ? text + name.text : name.text + text))
      resource.forgetIDs()
    }
  }
}

/// Sets labels or annotations in several fields of objects.
struct MapTransformer {
  let entries: [String: String]
  let fields: [FieldSpec]

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    let keys = entries.keys.sorted { precedesBytewise($0, $1) }
    for resource in resources {
      let root = resource.root
      let type = resource.type
      for key in keys {
        // One node for all fields of an object, as in kustomize: what changes it later changes it everywhere.
        let value = WrittenNode(kind: .scalar, tag: .string, text: entries[key] ?? "")
        for field in fields where type.isSelected(by: field.type) {
          try field.visitAny(root, making: .mapping, tag: .collection) { node throws(KustomizeStop) in
            try node.setField(key, to: value)
          }
        }
      }
    }
  }
}
