import FleetDocuments
import FleetTemplate
import Manifest

/// What is wrong with one template of a tree.
struct TreeProblem {
  /// The field, from the tree's root.
  var path: String
  /// Where the template stands in its document.
  var position: Position?
  var error: TemplateError
}

/// A text of a tree that was filled in, and lacks a parameter.
struct TreeLack {
  /// The field, from the tree's root.
  var path: String
  var lack: TemplateLack
}

/// A document tree whose strings, and keys, are templates (GENERATORS 3.3): read once, filled in many times.
indirect enum CompiledTree: Sendable {
  /// There is nothing to fill in.
  case constant(Node)
  case text(CompiledTemplate, path: String, position: Position?)
  /// A text that is one parameter and nothing else, where the parameter keeps its type.
  case parameter([String], text: CompiledTemplate, path: String, position: Position?)
  case list([CompiledTree])
  /// An object whose keys are written down; the object has the keys.
  case fixedKeys(Object, values: [CompiledTree])
  case object([(key: CompiledTemplate, value: CompiledTree, path: String)])

  /// Reads the templates. Keys without a value are left out, as Argo CD does.
  ///
  /// - Parameter keepsType: of a field's path, whether `{{.a.b}}` is there what the parameter is: a number, a list, a map.
  init(
    _ node: Node, language: TemplateLanguage, path: String, keepsType: (String) -> Bool = { _ in false },
    problems: inout [TreeProblem]
  ) {
    switch node.value {
    case .string(let text):
      guard text.contains("{{") else { break }
      do throws(TemplateError) {
        let template = try CompiledTemplate(text, language: language)
        if language.isNested, keepsType(path), let names = Self.parameter(in: text) {
          self = .parameter(names, text: template, path: path, position: node.position)
        } else {
          self = .text(template, path: path, position: node.position)
        }
        return
      } catch {
        problems.append(TreeProblem(path: path, position: node.position, error: error))
      }
    case .array(let elements):
      let parts = elements.enumerated().map { index, element in
        CompiledTree(
          element, language: language, path: FieldPath.appending(index: index, to: path), keepsType: keepsType,
          problems: &problems)
      }
      if !parts.allSatisfy(\.isConstant) {
        self = .list(parts)
        return
      }
      self = .constant(Node(.array(parts.compactMap(\.constantNode))))
      return
    case .object(let object):
      self = CompiledTree(object, language: language, path: path, keepsType: keepsType, problems: &problems)
      return
    default: break
    }
    self = .constant(Node(node.value))
  }

  private init(
    _ object: Object, language: TemplateLanguage, path: String, keepsType: (String) -> Bool,
    problems: inout [TreeProblem]
  ) {
    var fields: [(key: CompiledTemplate, value: CompiledTree, path: String)] = []
    for entry in object.entries where !entry.value.isNull {
      let own = FieldPath.appending(key: entry.key, to: path)
      let value = CompiledTree(
        entry.value, language: language, path: own, keepsType: keepsType, problems: &problems)
      do throws(TemplateError) {
        fields.append((try CompiledTemplate(entry.key, language: language), value, own))
      } catch {
        problems.append(TreeProblem(path: own, position: entry.keyPosition, error: error))
      }
    }
    var keys = Object()
    for case (.text(let key), let value, _) in fields { keys[key] = value.constantNode ?? Node(.null) }
    if keys.count < fields.count {
      self = .object(fields)
    } else if fields.allSatisfy(\.value.isConstant) {
      self = .constant(Node(.object(keys)))
    } else {
      self = .fixedKeys(keys, values: fields.map(\.value))
    }
  }

  /// Whether nothing is filled in.
  var isConstant: Bool { if case .constant = self { true } else { false } }

  private var constantNode: Node? { if case .constant(let node) = self { node } else { nil } }

  /// Whether any of its templates may ask what time it is, or draw by chance.
  func contains(_ use: (CompiledTemplate) -> Bool) -> Bool {
    switch self {
    case .constant: false
    case .text(let template, _, _), .parameter(_, let template, _, _): use(template)
    case .list(let elements): elements.contains { $0.contains(use) }
    case .fixedKeys(_, let values): values.contains { $0.contains(use) }
    case .object(let fields): fields.contains { use($0.key) || $0.value.contains(use) }
    }
  }

  /// Fills in parameters. What cannot be filled in is noted, and stands as an empty text.
  ///
  /// - Parameter environment: time and chance; refused if not said.
  func render(
    _ parameters: [String: ParameterValue], environment: TemplateEnvironment = TemplateEnvironment(),
    problems: inout [TreeProblem]
  ) -> Node {
    var filling = TreeFilling(parameters: parameters, environment: environment)
    defer { problems += filling.problems }
    return render(&filling)
  }

  /// Fills in parameters, and notes what is wrong with that.
  func render(_ filling: inout TreeFilling) -> Node {
    switch self {
    case .constant(let node): return node
    case .text(let template, let path, let position):
      return Node(.string(filling.text(template, path: path, position)))
    case .parameter(let names, let template, let path, let position):
      if let value = Self.value(of: names, in: filling.parameters), value.string == nil {
        return Node(parameter: value)
      }
      return Node(.string(filling.text(template, path: path, position)))
    case .list(let elements):
      var nodes: [Node] = []
      nodes.reserveCapacity(elements.count)
      for element in elements { nodes.append(element.render(&filling)) }
      return Node(.array(nodes))
    case .fixedKeys(let keys, let values):
      var index = 0
      return Node(
        .object(
          keys.mapValues { _ in
            defer { index += 1 }
            return values[index].render(&filling)
          }))
    case .object(let fields):
      var object = Object()
      for field in fields {
        let key = filling.text(field.key, path: field.path, nil)
        object[key] = field.value.render(&filling)
      }
      return Node(.object(object))
    }
  }

  /// The names in a text that is `{{.a.b}}`; nil for any other.
  private static func parameter(in text: String) -> [String]? {
    guard text.hasPrefix("{{"), text.hasSuffix("}}") else { return nil }
    let words = text.dropFirst(2).dropLast(2).split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 1, let word = words.first, word.hasPrefix(".") else { return nil }
    let names = word.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    let areNames = names.allSatisfy { name in
      name.first?.isNumber == false && name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
    return areNames ? names.map(String.init) : nil
  }

  private static func value(of names: [String], in parameters: [String: ParameterValue]) -> ParameterValue? {
    guard var value = names.first.flatMap({ parameters[$0] }) else { return nil }
    for name in names.dropFirst() {
      guard let next = value.map?[name] else { return nil }
      value = next
    }
    return value
  }
}

/// What fills in the templates of a tree, and what came up.
struct TreeFilling {
  let parameters: [String: ParameterValue]
  let environment: TemplateEnvironment
  /// Whether texts that lack a parameter are noted. Argo CD takes them as they are, so Applications do.
  let notesLacks: Bool
  private(set) var problems: [TreeProblem] = []
  private(set) var lacks: [TreeLack] = []

  init(parameters: [String: ParameterValue], environment: TemplateEnvironment, notesLacks: Bool = false) {
    self.parameters = parameters
    self.environment = environment
    self.notesLacks = notesLacks
  }

  /// A text filled in; empty when it cannot be.
  fileprivate mutating func text(_ template: CompiledTemplate, path: String, _ position: Position?) -> String {
    do throws(TemplateError) {
      let text = try template.render(parameters, environment: environment)
      if notesLacks { lacks += template.lacks(in: text, of: parameters).map { TreeLack(path: path, lack: $0) } }
      return text
    } catch {
      problems.append(TreeProblem(path: path, position: position, error: error))
      return ""
    }
  }
}
