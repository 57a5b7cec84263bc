import FleetDocuments
import FleetTemplate
import Manifest

/// A generator's `values`, read once: each is a template over the generator's own parameters, never over other values,
/// so that they cannot grow out of one another.
struct CompiledValues {
  fileprivate var templates: [(key: String, template: CompiledTemplate)] = []
}

extension GeneratorRun {
  /// Reads `values`; nil when one of them is no template.
  mutating func compiled(_ values: [String: String], _ place: String) -> CompiledValues? {
    var result = CompiledValues()
    for (key, text) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      do throws(TemplateError) {
        result.templates.append((key, try CompiledTemplate(text, language: language)))
      } catch {
        fail(FieldPath.appending(key: key, to: "\(place).values"), "\"\(text)\": \(error)")
      }
    }
    return result.templates.count == values.count ? result : nil
  }

  /// Adds values to a parameter set.
  ///
  /// - Parameter what: what the set is of, for messages.
  mutating func add(
    _ values: CompiledValues, to parameters: inout [String: ParameterValue], _ place: String,
    what: @autoclosure () -> String
  ) {
    guard !values.templates.isEmpty else { return }
    let visible = outer.isEmpty ? parameters : outer.overridden(by: parameters)
    var rendered: [String: ParameterValue] = [:]
    for (key, template) in values.templates {
      do throws(TemplateError) {
        rendered[key] = .string(try template.render(visible))
      } catch {
        fail(FieldPath.appending(key: key, to: "\(place).values"), "\(what()): \(error)")
      }
    }
    parameters.addValues(rendered, isNested: language.isNested)
  }
}

extension [String: ParameterValue] {
  /// Adds what is read as `values.KEY`.
  mutating func addValues(_ values: [String: ParameterValue], isNested: Bool) {
    if isNested {
      self["values"] = .map(values)
    } else {
      for (key, value) in values { self["values.\(key)"] = value }
    }
  }
}
