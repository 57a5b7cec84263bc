internal import FleetModel
internal import Manifest

extension FieldReader {
  /// A duration in Go's syntax.
  func duration(atLeast shortest: Duration = .zero, atMost longest: Duration = .seconds(30 * 86_400)) -> Duration? {
    let hint = "write it like 90s, 10m or 1h30m, from \(shortest.text) to \(Self.days(longest))"
    // A bare 0 is the one number that needs no unit.
    let text = node.integer == 0 ? "0" : node.string
    guard let text else {
      expected("a duration", hint: hint)
      return nil
    }
    guard let duration = Duration(text: text) else {
      error("\(found) is not a duration of at most 30 days", hint: hint)
      return nil
    }
    guard duration >= shortest, duration <= longest else {
      error("\(found) is out of range", hint: hint)
      return nil
    }
    return duration
  }

  private static func days(_ duration: Duration) -> String {
    let (days, rest) = duration.components.seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest == 0 && days > 1 ? "\(days) days" : duration.text
  }

  /// How many clusters at once: at least one (R2).
  func concurrency() -> IntOrPercent? {
    let hint = "give a number from 1, or a percentage from 1% to 100%"
    guard let value = intOrPercent(hint: hint) else { return nil }
    guard value != .count(0), value != .percent(0) else {
      error("\(found) would never start a cluster", hint: hint)
      return nil
    }
    return value
  }

  /// How many may be lost: none is fine (R2).
  func budget() -> IntOrPercent? {
    intOrPercent(hint: "give a number from 0, or a percentage from 0% to 100%")
  }

  /// A stage's share: `5%`, or only `5`, from 1 to 100.
  func share() -> Int? {
    let hint = "give a percentage from 1% to 100%"
    switch intOrPercent(hint: hint) {
    case nil: return nil
    case .percent(0)?, .count(0)?: error("\(found) takes no cluster", hint: hint)
    case .percent(let share)?: return share
    case .count(let share)? where share <= 100 && node.integer != nil: return share
    case .count?: error("\(found) is not a percentage", hint: hint)
    }
    return nil
  }

  private func intOrPercent(hint: String) -> IntOrPercent? {
    switch node.value {
    case .integer(let count) where count < 0: error("\(count) is negative", hint: hint)
    case .integer(let count): return .count(Int(count))
    case .string(let text):
      if let value = IntOrPercent(text: text) { return value }
      let digits = text.hasSuffix("%") ? text.dropLast() : Substring(text)
      switch Int(digits) {
      case .some(let number) where number < 0: error("\(found) is negative", hint: hint)
      case .some(let number) where text.hasSuffix("%") && number > 100:
        error("\(found) is more than all clusters", hint: hint)
      default: error("\(found) is neither a number nor a percentage", hint: hint)
      }
    default: expected("a number or a percentage", hint: hint)
    }
    return nil
  }
}
