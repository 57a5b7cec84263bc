import Manifest

/// What a CustomResourceDefinition's schema says of merging, defaulting and pruning (exchanges 098-102).
enum StructuralSchema {
  /// The merge type of a schema.
  static func fieldType(_ schema: Node?) -> FieldType {
    guard let schema else { return .untyped }
    switch schema["type"]?.string {
    case "object":
      if schema["x-kubernetes-map-type"]?.string == "atomic" { return .atomic }
      let keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"]?.boolean == true
      if let properties = schema["properties"]?.object {
        var fields: [String: FieldType] = [:]
        for entry in properties.entries { fields[entry.key] = fieldType(entry.value) }
        return .structure(StructureType(fields: fields, others: keepsUnknown ? .untyped : .loose))
      }
      if let values = schema["additionalProperties"], values.object != nil { return .map(fieldType(values)) }
      return .untyped
    case "array":
      switch schema["x-kubernetes-list-type"]?.string {
      case "set": return .set
      case "map":
        let keys = (schema["x-kubernetes-list-map-keys"]?.array ?? []).compactMap(\.string)
        var defaults: [String: Node] = [:]
        for key in keys { defaults[key] = schema["items", "properties", key, "default"] }
        return .keyed(
          KeyedListType(
            keys: keys, keyDefaults: defaults, patchKey: keys.first ?? "name", element: fieldType(schema["items"])))
      default: return .atomic
      }
    case nil:
      return schema["x-kubernetes-preserve-unknown-fields"]?.boolean == true ? .untyped : .scalar
    default: return .scalar
    }
  }

  /// The object type of a custom resource: metadata as everywhere, the rest from the schema.
  static func objectType(_ schema: Node?) -> FieldType {
    var fields: [String: FieldType] = [:]
    var others = FieldType.untyped
    if case .structure(let structure) = fieldType(schema) {
      fields = structure.fields
      others = structure.others
    }
    fields["metadata"] = .structure(SchemaTable.builtIn.structure("Meta"))
    return .structure(StructureType(fields: fields, alwaysPresent: ["metadata"], others: others))
  }

  /// Fills in defaults, as at every read and write of a custom resource.
  static func defaulted(_ value: Node, _ schema: Node?) -> Node {
    guard let schema else { return value }
    switch value.value {
    case .object(var object):
      for entry in schema["properties"]?.object?.entries ?? [] {
        let nullNotAllowed = entry.value["nullable"]?.boolean != true
        if let present = object[entry.key], !(present.isNull && nullNotAllowed && entry.value["default"] != nil) {
          object[entry.key] = defaulted(present, entry.value)
        } else if let preset = entry.value["default"] {
          object[entry.key] = defaulted(preset, entry.value)
        }
      }
      if let values = schema["additionalProperties"], values.object != nil {
        for key in object.keys where schema["properties", key] == nil {
          object[key] = object[key].map { defaulted($0, values) }
        }
      }
      return Node(.object(object))
    case .array(let elements): return Node(.array(elements.map { defaulted($0, schema["items"]) }))
    default: return value
    }
  }

  /// Drops fields that the schema does not know, and collects their paths.
  static func pruned(_ value: Node, _ schema: Node?, path: String = "", atTop: Bool = true, unknown: inout [String])
    -> Node
  {
    guard let schema, schema["x-kubernetes-preserve-unknown-fields"]?.boolean != true || schema["properties"] != nil
    else { return value }
    switch value.value {
    case .object(let object):
      var kept = Object()
      let keepsUnknown = schema["x-kubernetes-preserve-unknown-fields"]?.boolean == true
      for entry in object.entries {
        let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        if atTop || schema["x-kubernetes-embedded-resource"]?.boolean == true,
          ["apiVersion", "kind", "metadata"].contains(entry.key)
        {
          kept[entry.key] = entry.value
        } else if let known = schema["properties", entry.key] {
          kept[entry.key] = pruned(entry.value, known, path: place, atTop: false, unknown: &unknown)
        } else if let values = schema["additionalProperties"], values.boolean != false {
          kept[entry.key] =
            values.object == nil
            ? entry.value : pruned(entry.value, values, path: place, atTop: false, unknown: &unknown)
        } else if keepsUnknown {
          kept[entry.key] = entry.value
        } else {
          unknown.append(place)
        }
      }
      return Node(.object(kept))
    case .array(let elements):
      return Node(
        .array(
          elements.enumerated().map { index, element in
            pruned(element, schema["items"], path: "\(path)[\(index)]", atTop: false, unknown: &unknown)
          }))
    default: return value
    }
  }
}
