import FleetDocuments
import FleetTemplate
import Manifest

/// A generator whose strings are templates over the parameters of the matrix's children before it (GENERATORS 2.5).
///
/// Its `values` are templates over its own parameters too: what cannot be filled in from outside stays for later. Its
/// selector and template are not filled in, as in Argo CD.
struct Interpolation {
  private struct Value {
    var key: String
    var text: String
    var template: CompiledTemplate
    var path: String
  }

  private let entry: Node
  private let kind: String
  private let body: CompiledTree
  private let values: [Value]
  /// What is wrong with the templates themselves.
  private(set) var problems: [TreeProblem] = []

  /// Whether nothing is filled in.
  var isConstant: Bool { body.isConstant && !values.contains { $0.text.contains("{{") } }

  /// Reads the templates of an entry with one generator.
  ///
  /// - Parameter path: the entry's path, for messages.
  init(_ entry: Node, kind: String, language: TemplateLanguage, path: String) {
    self.entry = entry
    self.kind = kind
    let place = FieldPath.appending(key: kind, to: path)
    var fields = entry[kind] ?? Node(.null)
    var values: [Value] = []
    // A list and its elements have no values of this kind.
    if kind != "list", let own = fields["values"]?.object {
      for item in own.entries {
        guard let text = item.value.string else { continue }
        let path = FieldPath.appending(key: item.key, to: "\(place).values")
        do throws(TemplateError) {
          let template = try CompiledTemplate(text, language: language.strict)
          values.append(Value(key: item.key, text: text, template: template, path: path))
        } catch {
          problems.append(TreeProblem(path: path, position: item.value.position, error: error))
        }
      }
      fields["values"] = nil
    }
    if fields.object != nil { fields["template"] = nil }
    self.values = values
    body = CompiledTree(fields, language: language, path: place, problems: &problems)
  }

  /// The entry with parameters filled in, and whether some of its `values` are over these and its own together.
  func render(
    _ parameters: [String: ParameterValue], problems: inout [TreeProblem]
  ) -> (entry: Node, isMixed: Bool) {
    var fields = body.render(parameters, problems: &problems)
    var isMixed = false
    if let written = entry[kind]?["values"], kind != "list" {
      var object = Object()
      for value in values {
        let text = Self.resolved(value, parameters, problems: &problems)
        if text == value.text, text.contains("{{"), parameters.keys.contains(where: { text.contains($0) }) {
          isMixed = true
        }
        object[value.key] = Node(.string(text))
      }
      fields["values"] = written.object == nil ? written : Node(.object(object))
    }
    if let template = entry[kind]?["template"] { fields["template"] = template }
    var result = entry
    result[kind] = fields
    return (result, isMixed)
  }

  private static func resolved(
    _ value: Value, _ parameters: [String: ParameterValue], problems: inout [TreeProblem]
  ) -> String {
    do throws(TemplateError) {
      return try value.template.render(parameters)
    } catch {
      if error.code == .missingKey || isFieldOfSomethingElse(error) { return value.text }
      problems.append(TreeProblem(path: value.path, error: error))
      return value.text
    }
  }

  /// `.a.b` where `a` is a text: the generator's own `a` may be a map.
  private static func isFieldOfSomethingElse(_ error: TemplateError) -> Bool {
    error.code == .evaluation
      && (error.message.hasPrefix("can't take .") || error.message.contains("can't evaluate field"))
  }
}
