import FleetModel
import Manifest

/// Where the fields of a document came from, in the document's own shape.
indirect enum FieldTrace: Sendable {
  /// A value, or a map or list with nothing in it: what gave it, the first one first.
  case value([FieldOrigin])
  case list([FieldTrace])
  case map([String: FieldTrace])
}

/// A field that a step gave a value.
struct TracedField {
  /// The keys that lead to it; elements of lists are `[0]`, `[1]` …
  var path: [String]
  var value: Node
  /// The value before; nil for a field that was not there.
  var old: Node?
}

/// A document on its way through the steps of rendering. After each step it is compared with what it was before: a field that
/// differs, or is new, came from that step, whatever the step is; one that does not keeps what it had. So nothing has to be
/// known of how steps work, and a step that writes what is there already is not told of.
struct TracedDocument: Sendable {
  typealias Step = (TracedField) -> FieldOrigin

  private(set) var node: Node
  private(set) var trace: FieldTrace

  /// A document that one step made.
  init(_ node: Node, by step: Step) {
    self.node = node
    trace = Self.made(node, [], by: step)
  }

  /// Notes what a step made of it.
  mutating func becomes(_ new: Node, by step: Step) {
    trace = Self.followed(trace, from: node, to: new, [], by: step)
    node = new
  }

  /// The fields with their values and what gave them, in the order of the document.
  ///
  /// - Parameter path: how a field is called.
  var fields: [(path: String, value: Node, origins: [FieldOrigin])] {
    var found: [(path: String, value: Node, origins: [FieldOrigin])] = []
    Self.collect(node, trace, "", into: &found)
    return found
  }

  private static func collect(
    _ node: Node, _ trace: FieldTrace, _ path: String,
    into found: inout [(path: String, value: Node, origins: [FieldOrigin])]
  ) {
    switch (node.value, trace) {
    case (.object(let object), .map(let traces)):
      for entry in object.entries {
        guard let trace = traces[entry.key] else { continue }
        collect(entry.value, trace, FieldPath.appending(key: entry.key, to: path), into: &found)
      }
    case (.array(let elements), .list(let traces)):
      for (index, (element, trace)) in zip(elements, traces).enumerated() {
        collect(element, trace, FieldPath.appending(index: index, to: path), into: &found)
      }
    case (_, .value(let origins)): found.append((path, node, origins))
    default: break
    }
  }

  // MARK: Following

  private static func made(_ node: Node, _ path: [String], by step: Step) -> FieldTrace {
    switch node.value {
    case .object(let object) where !object.isEmpty:
      var traces: [String: FieldTrace] = [:]
      for entry in object.entries { traces[entry.key] = made(entry.value, path + [entry.key], by: step) }
      return .map(traces)
    case .array(let elements) where !elements.isEmpty:
      return .list(elements.enumerated().map { made($0.element, path + ["[\($0.offset)]"], by: step) })
    default: return .value([step(TracedField(path: path, value: node))])
    }
  }

  private static func followed(
    _ trace: FieldTrace, from old: Node, to new: Node, _ path: [String], by step: Step
  ) -> FieldTrace {
    switch (trace, old.value, new.value) {
    case (.map(let traces), .object(let before), .object(let after)) where !after.isEmpty:
      var result: [String: FieldTrace] = [:]
      for entry in after.entries {
        let own = path + [entry.key]
        if let trace = traces[entry.key], let value = before[entry.key] {
          result[entry.key] = followed(trace, from: value, to: entry.value, own, by: step)
        } else {
          result[entry.key] = made(entry.value, own, by: step)
        }
      }
      return .map(result)
    case (.list(let traces), .array(let before), .array(let after)) where !after.isEmpty:
      let partners = ListAlignment(from: before, to: after).partners
      return .list(
        after.enumerated().map { index, element in
          let own = path + ["[\(index)]"]
          guard let partner = partners[index], traces.indices.contains(partner) else {
            return made(element, own, by: step)
          }
          return followed(traces[partner], from: before[partner], to: element, own, by: step)
        })
    case (.value(let origins), _, _) where isValue(new):
      if isSame(old, new, path) { return trace }
      let origin = step(TracedField(path: path, value: new, old: old))
      return .value(origins.last == origin ? origins : origins + [origin])
    default: return made(new, path, by: step)
    }
  }

  private static func isValue(_ node: Node) -> Bool {
    switch node.value {
    case .object(let object): object.isEmpty
    case .array(let elements): elements.isEmpty
    default: true
    }
  }

  /// Names, labels and annotations are texts, whatever they look like on the way.
  private static func isSame(_ old: Node, _ new: Node, _ path: [String]) -> Bool {
    if old == new { return true }
    guard let first = path.first, ["metadata", "kind", "apiVersion"].contains(first) else { return false }
    return text(old) == text(new)
  }

  private static func text(_ node: Node) -> String { node.string ?? JSON.text(node) }
}
