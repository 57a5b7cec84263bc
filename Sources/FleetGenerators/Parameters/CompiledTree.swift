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

/// A document tree whose strings, and keys, are templates (GENERATORS 3.3): read once, filled in many times.
indirect enum CompiledTree: Sendable {
  /// There is nothing to fill in.
  case constant(Node)
  case text(CompiledTemplate, path: String, position: Position?)
  case list([CompiledTree])
  /// An object whose keys are written down; the object has the keys.
  case fixedKeys(Object, values: [CompiledTree])
  case object([(key: CompiledTemplate, value: CompiledTree, path: String)])

  /// Reads the templates. Keys without a value are left out, as Argo CD does.
  init(_ node: Node, language: TemplateLanguage, path: String, problems: inout [TreeProblem]) {
    switch node.value {
    case .string(let text):
      guard text.contains("{{") else { break }
      do throws(TemplateError) {
        self = .text(try CompiledTemplate(text, language: language), path: path, position: node.position)
        return
      } catch {
        problems.append(TreeProblem(path: path, position: node.position, error: error))
      }
    case .array(let elements):
      let parts = elements.enumerated().map { index, element in
        CompiledTree(
          element, language: language, path: FieldPath.appending(index: index, to: path), problems: &problems)
      }
      if !parts.allSatisfy(\.isConstant) {
        self = .list(parts)
        return
      }
      self = .constant(Node(.array(parts.compactMap(\.constantNode))))
      return
    case .object(let object):
      self = CompiledTree(object, language: language, path: path, problems: &problems)
      return
    default: break
    }
    self = .constant(Node(node.value))
  }

  private init(_ object: Object, language: TemplateLanguage, path: String, problems: inout [TreeProblem]) {
    var fields: [(key: CompiledTemplate, value: CompiledTree, path: String)] = []
    for entry in object.entries where !entry.value.isNull {
      let own = FieldPath.appending(key: entry.key, to: path)
      let value = CompiledTree(entry.value, language: language, path: own, problems: &problems)
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
    case .text(let template, _, _): use(template)
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
    switch self {
    case .constant(let node): return node
    case .text(let template, let path, let position):
      return Node(.string(Self.render(template, parameters, environment, path: path, position, problems: &problems)))
    case .list(let elements):
      var nodes: [Node] = []
      nodes.reserveCapacity(elements.count)
      for element in elements {
        nodes.append(element.render(parameters, environment: environment, problems: &problems))
      }
      return Node(.array(nodes))
    case .fixedKeys(let keys, let values):
      var index = 0
      return Node(
        .object(
          keys.mapValues { _ in
            defer { index += 1 }
            return values[index].render(parameters, environment: environment, problems: &problems)
          }))
    case .object(let fields):
      var object = Object()
      for field in fields {
        let key = Self.render(field.key, parameters, environment, path: field.path, nil, problems: &problems)
        object[key] = field.value.render(parameters, environment: environment, problems: &problems)
      }
      return Node(.object(object))
    }
  }

  private static func render(
    _ template: CompiledTemplate, _ parameters: [String: ParameterValue], _ environment: TemplateEnvironment,
    path: String, _ position: Position?, problems: inout [TreeProblem]
  ) -> String {
    do throws(TemplateError) {
      return try template.render(parameters, environment: environment)
    } catch {
      problems.append(TreeProblem(path: path, position: position, error: error))
      return ""
    }
  }
}
