import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.1.
extension GeneratorRun {
  mutating func list(_ list: ListGenerator, _ place: String) -> [ParameterSet] {
    var sets: [ParameterSet] = []
    sets.reserveCapacity(list.elements.count)
    for (number, element) in list.elements.enumerated() {
      let path = "\(place).elements[\(number)]"
      guard let object = element.object else {
        fail(
          path, "an element must be a map, not \(element.kindName)", hint: "write it as \"- key: value\"",
          at: element.position)
        continue
      }
      let parameters = language.isNested ? ParameterValue.parameters(object) : texts(object, path)
      sets.append(ParameterSet(parameters: parameters, source: .element(number)))
    }
    guard !list.elementsYAML.isEmpty else { return sets }
    for element in furtherElements(list.elementsYAML, "\(place).elementsYaml") {
      sets.append(ParameterSet(parameters: ParameterValue.parameters(element), source: .element(sets.count)))
    }
    return sets
  }

  private mutating func texts(_ object: Object, _ path: String) -> [String: ParameterValue] {
    var parameters: [String: ParameterValue] = [:]
    for entry in object.entries {
      if entry.key == "values", let values = entry.value.object {
        for inner in values.entries {
          parameters["values.\(inner.key)"] = text(inner.value, "\(path).values.\(inner.key)")
        }
      } else {
        parameters[entry.key] = text(entry.value, "\(path).\(entry.key)")
      }
    }
    return parameters
  }

  private mutating func text(_ node: Node, _ field: String) -> ParameterValue? {
    if let text = node.string { return .string(text) }
    fail(
      field, "expected a string, not \(node.kindName)",
      hint: "put it in quotes, or use Go templates, which take every kind of value", at: node.position)
    return nil
  }

  /// Elements of a text, which stay as they are in both languages.
  private mutating func furtherElements(_ text: String, _ path: String) -> [Object] {
    let hint = "it must be a list of maps in YAML or JSON"
    do {
      let node = try DocumentReader.documents(Array(text.utf8), file: "").first ?? Node(.null)
      if node.isNull { return [] }
      guard let elements = node.array else {
        fail(path, "expected a list, not \(node.kindName)", hint: hint)
        return []
      }
      return elements.enumerated().compactMap { number, element in
        if element.isNull { return Object() }
        if element.object == nil { fail("\(path)[\(number)]", "expected a map, not \(element.kindName)", hint: hint) }
        return element.object
      }
    } catch {
      fail(path, error.diagnostics.map(\.message).joined(separator: "; "), hint: hint)
      return []
    }
  }
}
