import FleetModel
import Manifest

/// The rules by which a set tells the health of an object itself.
public struct CustomHealth: Hashable, Sendable {
  private struct Line: Hashable, Sendable {
    var when: FieldExpression
    var health: Health
    var message: String
    var messageFields: FieldExpression?
    var text: String
  }

  private var lines: [Line]
  private var otherwise: Health

  /// Reads an annotation's value: the JSON form of `HealthRules`, of which the objects do not matter any more.
  ///
  /// - Throws: what is wrong with it, for people.
  init(_ text: String) throws(FieldExpressionError) {
    guard let node = try? JSON.parse(Array(text.utf8)), let table = node["lines"]?.array,
      let otherwise = Health(rawValue: node["otherwise"]?.string ?? "")
    else { throw FieldExpressionError(message: "is no table of health", hint: "let the set's spec.health write it") }
    self.otherwise = otherwise
    lines = []
    for line in table {
      let when = line["when"]?.string ?? ""
      let message = line["message"]?.string ?? ""
      guard let health = Health(rawValue: line["health"]?.string ?? "") else {
        throw FieldExpressionError(message: "has a line without health", hint: "let the set's spec.health write it")
      }
      lines.append(
        Line(
          when: try FieldExpression(when), health: health, message: message,
          messageFields: message.hasPrefix(".") ? try FieldExpression(message) : nil, text: when))
    }
  }

  /// The worst of the lines that hold.
  func health(of object: Node) -> ObjectHealth {
    var worst: Line?
    for line in lines where line.when.holds(in: object) {
      if worst.map({ line.health > $0.health }) ?? true { worst = line }
    }
    guard let worst else {
      return ObjectHealth(otherwise, otherwise == .healthy ? "" : "no line of the set's spec.health holds")
    }
    guard worst.health != .healthy else { return ObjectHealth(.healthy) }
    guard let fields = worst.messageFields else {
      return ObjectHealth(worst.health, worst.message.isEmpty ? worst.text : worst.message)
    }
    let told = fields.values(in: object).filter { !$0.isNull }.map(JSON.plainText)
    return ObjectHealth(worst.health, told.isEmpty ? worst.text : told.joined(separator: "; "))
  }
}
