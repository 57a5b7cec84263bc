import Manifest

/// Replaces `$(NAME)` by values of fields of other objects.
struct VariableTransformer {
  typealias Variable = KustomizationDefinition.Variable

  private enum Value {
    case text(String)
    case integer(String)
    case boolean(Bool)

    var text: String {
      switch self {
      case .text(let text), .integer(let text): text
      case .boolean(let flag): flag ? "true" : "false"
      }
    }
  }

  private var values: [String: Value] = [:]

  /// Looks the values up.
  init(_ variables: [(variable: Variable, file: String)], resources: [Resource]) throws(KustomizeStop) {
    for resource in resources where !variables.isEmpty { resource.writeNotes() }
    for (variable, file) in variables {
      func fail(_ message: String) -> KustomizeStop {
        .failed(message, file: file, at: variable.position, field: "vars", hint: "replacements do the same and more")
      }
      guard let resource = resources.first(where: { $0.variableNames.contains(variable.name) }) else {
        throw fail("there is no object for the variable \(variable.name)")
      }
      guard let node = try DottedPath.lookup(Self.parts(variable.fieldPath), in: resource.root) else {
        throw fail("\(resource.current.display) has no \(variable.fieldPath) for the variable \(variable.name)")
      }
      values[variable.name] = try Self.value(of: node, variable)
    }
  }

  /// Notes at an object that a variable reads from it.
  static func bind(_ variable: Variable, in list: ResourceList, file: String) throws(KustomizeStop) {
    let matches = list.resources.filter { resource in
      !resource.isEmpty
        && (resource.previous + [resource.current]).contains { id in
          id.name == variable.objectName && id.type == variable.type
            && (variable.objectNamespace.isEmpty || id.effectiveNamespace == variable.objectNamespace)
        }
    }
    guard matches.count <= 1 else {
      throw .failed(
        "several objects are meant by the variable \(variable.name)", file: file, at: variable.position, field: "vars")
    }
    matches.first?.variableNames.append(variable.name)
  }

  /// The parts of a path in which an index may stand right behind a key: `ports[0]`.
  private static func parts(_ path: String) -> [String] {
    DottedPath.parts(path).flatMap { part -> [String] in
      guard part.hasSuffix("]"), let open = part.lastIndex(of: "[") else { return [part] }
      let digits = part[part.index(after: open)...].dropLast()
      guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return [part] }
      return (open == part.startIndex ? [] : [String(part[..<open])]) + [String(digits)]
    }
  }

  private static func value(of node: WrittenNode, _ variable: Variable) throws(KustomizeStop) -> Value {
    guard node.kind == .scalar else { throw .needsProgram("the variable \(variable.name) of \(node.kindName)") }
    switch node.tag {
    case .string, .none: return .text(node.text)
    case .integer:
      guard let number = Int64(node.text) else { throw .needsProgram("the number \(node.text) as a variable") }
      return .integer(String(number))
    case .boolean where ["true", "True", "TRUE"].contains(node.text): return .boolean(true)
    case .boolean: return .boolean(false)
    default: throw .needsProgram("the variable \(variable.name) of \(node.text)")
    }
  }

  // MARK: Replacing

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    guard !values.isEmpty else { return }
    for resource in resources {
      for spec in DefaultFieldSpecs.variables {
        try spec.visit(resource.root, making: nil) { node throws(KustomizeStop) in try set(node) }
      }
      resource.forgetIDs()
    }
  }

  private func set(_ node: WrittenNode) throws(KustomizeStop) {
    if node.isNull { return }
    switch node.kind {
    case .scalar: try setText(node)
    case .sequence:
      for element in node.content {
        guard isText(element) else { throw .needsProgram("a list with what is no text, where a variable may stand") }
        try setText(element)
      }
    case .mapping:
      for index in stride(from: 0, to: node.content.count, by: 2) {
        guard isText(node.content[index]) else { throw .needsProgram("a key that is no text") }
        try setText(node.content[index + 1])
      }
    }
  }

  private func isText(_ node: WrittenNode) -> Bool {
    node.kind == .scalar && (node.tag == .string || node.tag == .none)
  }

  private func setText(_ node: WrittenNode) throws(KustomizeStop) {
    guard isText(node) else { return }
    switch try replaced(node.text) {
    case .text(let text):
      node.text = text
      node.tag = .string
    case .integer(let text):
      node.text = text
      node.tag = .integer
    case .boolean(let flag):
      node.text = flag ? "true" : "false"
      node.tag = .boolean
    }
    node.style = .plain
  }

  /// The text with its variables replaced. One that is nothing but a variable takes the variable's type.
  private func replaced(_ text: String) throws(KustomizeStop) -> Value {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return .text(text) }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let next = bytes[index + 1]
      if next == UInt8(ascii: "$") {
        result.append(next)
        index += 2
      } else if next == UInt8(ascii: "("), let end = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: ")")) {
        let name = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
        let value = values[name] ?? .text("$(\(name))")
        if index == 0, end == bytes.count - 1 { return value }
        result += Array(value.text.utf8)
        index = end + 1
      } else {
        guard next < 0x80 else { throw .needsProgram("a $ before a character beyond ASCII") }
        result += [bytes[index], next]
        index += 2
      }
    }
    return .text(String(decoding: result, as: UTF8.self))
  }
}
