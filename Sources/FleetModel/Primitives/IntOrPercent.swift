/// A count, or a share of some n in whole percent; the arithmetic is R1's, in integers only.
public enum IntOrPercent: Hashable, Sendable, Codable, CustomStringConvertible {
  /// An absolute count, not negative.
  case count(Int)
  /// A share in percent, 0 to 100.
  case percent(Int)

  /// Reads `3`, `"3"` or `"25%"`; nil for anything else, a negative number and a share above 100 %.
  public init?(text: String) {
    if text.hasSuffix("%") {
      guard let share = Int(text.dropLast()), (0...100).contains(share), text.first != "+" else { return nil }
      self = .percent(share)
    } else {
      guard let count = Int(text), count >= 0, text.first != "+" else { return nil }
      self = .count(count)
    }
  }

  /// Decodes a number or a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self), count >= 0 {
      self = .count(count)
    } else if let value = IntOrPercent(text: try container.decode(String.self)) {
      self = value
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a number from 0 or a percentage from 0% to 100%")
    }
  }

  /// Encodes a number, or a string such as `25%`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .percent: try container.encode(description)
    }
  }

  /// How many may be in flight at once out of `total`: max(1, floor(p·n/100)) and never above n (R1).
  public func concurrency(of total: Int) -> Int {
    switch self {
    case .count(let count): min(max(1, count), max(total, 1))
    case .percent(let share): min(max(1, share * total / 100), max(total, 1))
    }
  }

  /// How many of `total` a budget allows: floor(p·n/100), which may be 0 (R1).
  public func budget(of total: Int) -> Int {
    switch self {
    case .count(let count): count
    case .percent(let share): share * total / 100
    }
  }

  /// The number, or the percentage with its sign.
  public var description: String {
    switch self {
    case .count(let count): String(count)
    case .percent(let share): "\(share)%"
    }
  }
}
