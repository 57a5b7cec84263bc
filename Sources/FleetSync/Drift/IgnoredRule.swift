import FleetModel
import Manifest

/// One rule of `ignoreDifferences` as it travels with an object.
public struct IgnoredRule: Hashable, Sendable {
  /// The annotation that it stands in.
  public var annotation: String
  /// What it names, for people: `/spec/replicas, fields of vault-injector`.
  public var words: String
  var fields: IgnoredFields

  /// Reads an annotation's value: a JSON list of rules.
  ///
  /// - Throws: what is wrong with it, for people.
  static func read(_ text: String, of annotation: String) throws(FieldExpressionError) -> [IgnoredRule] {
    guard let rules = try? JSON.parse(Array(text.utf8)).array else {
      throw FieldExpressionError(
        message: "is no JSON list", hint: "write [{\"jqPathExpressions\": [\".spec.replicas\"]}]")
    }
    var read: [IgnoredRule] = []
    for rule in rules {
      let fields = try IgnoredFields(rule)
      func texts(_ key: String) -> [String] { rule[key]?.array?.compactMap(\.string) ?? [] }
      let words =
        texts("jsonPointers") + texts("jqPathExpressions") + texts("managedFieldsManagers").map { "fields of \($0)" }
      read.append(IgnoredRule(annotation: annotation, words: words.joined(separator: ", "), fields: fields))
    }
    return read
  }

  /// Whether there is anything in an object that it is about: in the cluster, or in the manifest, whose field somebody may
  /// have removed from the cluster.
  func matches(_ live: Node, manifest: Node) -> Bool { fields.occur(in: live) || fields.occur(in: manifest) }
}
