import Manifest

// Transformers that set metadata: namespace, prefixes and suffixes of names, labels, annotations.

struct NamespaceTransformer {
  let namespace: String

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    var counts: [ResourceID.Key: Int] = [:]
    for resource in resources { counts[resource.current.key, default: 0] += 1 }
    for resource in resources where !resource.isEmpty {
      if resource.annotation(BuildNote.helmGenerated) == "true" { continue }
      counts[resource.current.key, default: 0] -= 1
      resource.rememberID()
      try apply(to: resource)
      resource.forgetIDs()
      counts[resource.current.key, default: 0] += 1
      guard counts[resource.current.key] == 1 else {
        throw .failed(
          "two objects are \(resource.current.display) once they are in one namespace", file: resource.file,
          at: resource.root.position)
      }
    }
  }

  private func apply(to resource: Resource) throws(KustomizeStop) {
    let root = resource.root
    func set(_ node: WrittenNode) throws(KustomizeStop) {
      try node.setScalar(WrittenNode(kind: .scalar, tag: .string, text: namespace))
    }
    if !resource.type.isClusterScoped {
      try FieldSpec(path: "metadata/namespace", creates: true).visit(root, making: .scalar, set)
    }
    if ["RoleBinding", "ClusterRoleBinding"].contains(resource.kind), let subjects = root["subjects"], !subjects.isNull
    {
      guard subjects.kind == .sequence else { throw .needsProgram("subjects that are no list") }
      // Only the account that every namespace has is known to be the one of this namespace.
      for subject in subjects.content where try subject.field("name")?.text == "default" {
        try set(try subject.child(creating: "namespace", kind: .scalar))
      }
    }
    for spec in DefaultFieldSpecs.namespace where spec.path != "metadata/name" || resource.apiVersion == "v1" {
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
    let keys = entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for resource in resources {
      let root = resource.root
      let fields = fields.filter { $0.matches(root) }
      for key in keys {
        // One node for all fields of an object, as in kustomize: what changes it later changes it everywhere.
        let value = WrittenNode(kind: .scalar, tag: .string, text: entries[key] ?? "")
        for field in fields {
          try field.visitAny(root, making: .mapping, tag: .collection) { node throws(KustomizeStop) in
            try node.setField(key, to: value)
          }
        }
      }
    }
  }
}
