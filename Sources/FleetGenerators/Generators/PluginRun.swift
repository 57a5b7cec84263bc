import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.9.
extension GeneratorRun {
  mutating func plugin(_ generator: PluginGenerator, _ place: String) -> [ParameterSet] {
    guard let values = compiled(generator.values, place), let data = configMap(generator.configMap, place),
      let request = request(generator, data, "\(place).configMapRef")
    else { return [] }
    switch answer(.plugin(request)) {
    case nil: return []
    case .body(let bytes)?: return sets(of: bytes, generator, values, place)
    case .failure(let message)?: fail(place, message)
    case .some: fail(place, "the answer is of another kind")
    }
    return []
  }

  private mutating func request(
    _ generator: PluginGenerator, _ data: [String: String], _ place: String
  ) -> PluginRequest? {
    let configMap = "ConfigMap \"\(generator.configMap)\""
    guard let address = data["baseUrl"], !address.isEmpty else {
      fail(place, "\(configMap) has no baseUrl", hint: "it is the plugin's address")
      return nil
    }
    guard let token = data["token"], token.hasPrefix("$"), token != "$" else {
      fail(
        place, "\(configMap) names no token", hint: "write token: $KEY for a key of argocd-secret, or $SECRET:KEY")
      return nil
    }
    let seconds = data["requestTimeout"].map { Int($0) } ?? 30
    guard let seconds, (0...3600).contains(seconds) else {
      fail(place, "requestTimeout of \(configMap) is no number of seconds")
      return nil
    }
    return PluginRequest(
      configMap: generator.configMap, baseURL: address, tokenReference: token,
      timeout: .seconds(seconds == 0 ? 30 : seconds), parameters: generator.parameters)
  }

  private mutating func sets(
    of bytes: [UInt8], _ generator: PluginGenerator, _ values: CompiledValues, _ place: String
  ) -> [ParameterSet] {
    let hint = "it must be {\"output\": {\"parameters\": [{…}]}}"
    let answer: Node
    do {
      answer = try JSON.parse(bytes)
    } catch {
      let why = error.diagnostics.map(\.message).joined(separator: "; ")
      let start = String(decoding: bytes.prefix(100), as: UTF8.self)
      fail(place, "plugin \"\(generator.configMap)\" answered no JSON: \(why): \(start)", hint: hint)
      return []
    }
    let found = answer["output", "parameters"] ?? Node(.null)
    guard found.isNull || found.array != nil else {
      fail(place, "plugin \"\(generator.configMap)\": output.parameters is \(found.kindName)", hint: hint)
      return []
    }
    var sets: [ParameterSet] = []
    for (index, element) in (found.array ?? []).enumerated() {
      guard let object = element.object else {
        fail(place, "plugin \"\(generator.configMap)\": set \(index) is \(element.kindName), not a map", hint: hint)
        continue
      }
      var parameters =
        language.isNested
        ? ParameterValue.parameters(object)
        : ParameterValue.parameters(object).flattened.mapValues { ParameterValue.string($0) }
      parameters["generator"] = .map(["input": .map(["parameters": ParameterValue(generator.parameters)])])
      add(values, to: &parameters, place, what: "set \(index)")
      sets.append(
        ParameterSet(parameters: parameters, source: .answer(plugin: generator.configMap, index: index)))
    }
    return sets
  }
}
