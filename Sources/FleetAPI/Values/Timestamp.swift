public import FleetModel

/// A time as the user API writes it: RFC 3339 in UTC with milliseconds, for example `2026-11-23T15:41:50.000Z`.
///
/// The agents' messages carry ``FleetModel/Instant`` as a number of milliseconds instead; everything a person or a job
/// reads carries this.
public struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The time.
  public var instant: Instant

  /// Wraps a time.
  public init(_ instant: Instant) { self.instant = instant }

  /// Reads RFC 3339, with any number of decimals of a second and any offset; nil for anything else.
  public init?(text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
      let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var rest = bytes[19...]
    var milliseconds: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let decimals = rest.dropFirst().prefix { (48...57).contains($0) }
      guard !decimals.isEmpty else { return nil }
      for place in 0..<3 {
        let index = decimals.startIndex + place
        milliseconds = milliseconds * 10 + (index < decimals.endIndex ? Int64(decimals[index]) - 48 : 0)
      }
      rest = rest.dropFirst(1 + decimals.count)
    }
    guard let offset = Self.offsetSeconds(rest) else { return nil }
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    instant = Instant(millisecondsSinceEpoch: seconds * 1_000 + milliseconds)
  }

  /// Decodes the RFC 3339 text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let time = Timestamp(text: text) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\"\(text)\" is not a time; expected RFC 3339, for example 2026-11-23T15:41:50Z"))
    }
    self = time
  }

  /// Encodes the RFC 3339 text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(instant.rfc3339)
  }

  /// Orders by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.instant < right.instant }

  /// The RFC 3339 text.
  public var description: String { instant.rfc3339 }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var result: Int64 = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      result = result * 10 + Int64(digit) - 48
    }
    return result
  }

  private static func offsetSeconds(_ text: ArraySlice<UInt8>) -> Int64? {
    if text.elementsEqual([UInt8(ascii: "Z")]) || text.elementsEqual([UInt8(ascii: "z")]) { return 0 }
    guard text.count == 6, let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
      return nil
    }
    let start = text.startIndex
    guard text[start + 3] == UInt8(ascii: ":"), let hours = number(text[(start + 1)..<(start + 3)]), hours < 24,
      let minutes = number(text[(start + 4)..<(start + 6)]), minutes < 60
    else { return nil }
    return (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  /// The day number of a proleptic Gregorian date, by Howard Hinnant's `days_from_civil`.
  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
