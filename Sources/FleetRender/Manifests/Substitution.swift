import FleetModel
import Manifest

/// Puts values for `${NAME}` into manifests, with the meaning that Flux's `postBuild.substitute` has
/// (https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution):
///
/// - `${NAME}`, and `${NAME:=text}` or `${NAME:-text}` with what stands there when there is no value or an empty one;
/// - `$${NAME}` stays `${NAME}`; a `$` without a brace, and braces around what is no name, stay as they are;
/// - objects that are labelled or annotated `kustomize.toolkit.fluxcd.io/substitute: disabled` are left alone, and so are
///   those with `flotilla.dev/substitute: disabled`.
///
/// A text that is one `${NAME}` and nothing else becomes what its value is in YAML, a number or `true`, but for fields
/// that hold texts: labels, annotations, data of ConfigMaps and Secrets, commands, arguments and values of environments.
/// Different from Flux on purpose: a name without a value and without a default is an error.
struct Substitution {
  let values: [String: String]

  private static let switches = ["kustomize.toolkit.fluxcd.io/substitute", "flotilla.dev/substitute"]

  /// The manifest with values put in; what is missing is noted.
  func apply(to manifest: Node, missing: inout [(name: String, field: String)]) -> Node {
    for place in ["labels", "annotations"] {
      for key in Self.switches where manifest["metadata", place, key]?.string == "disabled" { return manifest }
    }
    return apply(manifest, field: "", isText: false, &missing)
  }

  private func apply(
    _ node: Node, field: String, isText: Bool, _ missing: inout [(name: String, field: String)]
  ) -> Node {
    switch node.value {
    case .string(let text):
      guard text.utf8.contains(UInt8(ascii: "$")) else { return node }
      var filled = node
      let (result, isWhole) = fill(text, field, &missing)
      filled.value = isWhole && !isText ? Self.typed(result) : NodeValue.string(result)
      return filled
    case .array(let elements):
      var filled = node
      filled.value = .array(
        elements.enumerated().map { index, element in
          apply(element, field: FieldPath.appending(index: index, to: field), isText: isText, &missing)
        })
      return filled
    case .object(let object):
      var filled = node
      var result = object
      for entry in object.entries {
        let own = FieldPath.appending(key: entry.key, to: field)
        let isText = isText || Self.holdsTexts(entry.key, in: field, object)
        result[entry.key] = apply(entry.value, field: own, isText: isText, &missing)
      }
      filled.value = .object(result)
      return filled
    default: return node
    }
  }

  /// Fields whose values the API server takes as texts only.
  private static func holdsTexts(_ key: String, in field: String, _ object: Object) -> Bool {
    switch key {
    case "labels", "annotations", "matchLabels", "nodeSelector", "command", "args": true
    case "data", "stringData", "binaryData": field.isEmpty
    // An entry of `env`.
    case "value": object["name"] != nil
    default: false
    }
  }

  private static func typed(_ text: String) -> NodeValue {
    guard let documents = try? YAML.documents(Array(text.utf8)), documents.count == 1, let node = documents.first
    else { return .string(text) }
    switch node.value {
    case .boolean, .integer, .decimal: return node.value
    default: return .string(text)
    }
  }

  /// The variables in a text, with whether their defaults stand for them.
  func variables(in text: String) -> [(name: String, isDefault: Bool)] {
    var found: [(name: String, isDefault: Bool)] = []
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${"), let end = rest.firstIndex(of: "}"),
        let variable = Variable(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
      {
        let value = values[variable.name]
        found.append((variable.name, variable.fallback != nil && value?.isEmpty != false))
        rest = rest[rest.index(after: end)...]
      } else {
        rest = rest.dropFirst()
      }
    }
    return found
  }

  /// The text with values, and whether it was one variable and nothing else.
  private func fill(
    _ text: String, _ field: String, _ missing: inout [(name: String, field: String)]
  ) -> (text: String, isWhole: Bool) {
    var result = ""
    var rest = text[...]
    var parts = 0
    var isWhole = false
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        result += "${"
        rest = rest.dropFirst(3)
        parts += 2
        continue
      }
      guard rest.hasPrefix("${"), let end = rest.firstIndex(of: "}"),
        let variable = Variable(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
      else {
        result += "$"
        rest = rest.dropFirst()
        parts += 2
        continue
      }
      parts += 1
      isWhole = dollar == text.startIndex && rest.index(after: end) == text.endIndex
      if let value = values[variable.name], !value.isEmpty || variable.fallback == nil {
        result += value
      } else if let fallback = variable.fallback {
        result += fallback
      } else {
        missing.append((variable.name, field))
      }
      rest = rest[rest.index(after: end)...]
    }
    return (result + rest, isWhole && parts == 1)
  }

  private struct Variable {
    var name: String
    var fallback: Substring?

    /// Nil for what is no variable.
    init?(_ text: Substring) {
      let name = text.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard let first = name.first, !first.isNumber else { return nil }
      let rest = text.dropFirst(name.count)
      guard rest.isEmpty || rest.hasPrefix(":=") || rest.hasPrefix(":-") else { return nil }
      self.name = String(name)
      fallback = rest.isEmpty ? nil : rest.dropFirst(2)
    }
  }
}
