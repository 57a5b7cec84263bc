/// A layout in Go's way: the reference time Mon Jan 2 15:04:05 MST 2006 as it should look.
struct TimeLayout {
  enum Piece: Hashable {
    case literal([UInt8])
    case longMonth, month, numericMonth, zeroMonth
    case longWeekday, weekday
    case day, spacedDay, zeroDay, spacedYearDay, zeroYearDay
    case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
    case longYear, year
    case upperHalf, lowerHalf
    case zone
    case offset(Offset)
    /// Digits of the second's fraction, as many as given.
    case fraction(Int, separator: UInt8)
    /// The same without zeros at the end.
    case shortFraction(Int, separator: UInt8)
  }

  /// How an offset from UTC looks.
  struct Offset: Hashable {
    var hasMinutes: Bool
    var hasColon: Bool
    var hasSeconds: Bool
    /// Whether UTC is written `Z`.
    var isZuluForUTC: Bool
  }

  let pieces: [Piece]

  init(_ layout: [UInt8]) {
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var index = 0
    while index < layout.count {
      if let (piece, length) = Self.piece(layout, at: index) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(piece)
        index += length
      } else {
        literal.append(layout[index])
        index += 1
      }
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    self.pieces = pieces
  }

  private static let words: [(text: StaticString, piece: Piece, mayBePrefix: Bool)] = [
    ("January", .longMonth, true), ("Jan", .month, false), ("Monday", .longWeekday, true), ("Mon", .weekday, false),
    ("MST", .zone, true), ("002", .zeroYearDay, true), ("01", .zeroMonth, true), ("02", .zeroDay, true),
    ("03", .zeroHour12, true), ("04", .zeroMinute, true), ("05", .zeroSecond, true), ("06", .year, true),
    ("15", .hour, true), ("1", .numericMonth, true), ("2006", .longYear, true), ("2", .day, true),
    ("__2", .spacedYearDay, true), ("_2", .spacedDay, true), ("3", .hour12, true), ("4", .minute, true),
    ("5", .second, true), ("PM", .upperHalf, true), ("pm", .lowerHalf, true),
    ("-070000", offset(true, false, true, false), true), ("-07:00:00", offset(true, true, true, false), true),
    ("-0700", offset(true, false, false, false), true), ("-07:00", offset(true, true, false, false), true),
    ("-07", offset(false, false, false, false), true), ("Z070000", offset(true, false, true, true), true),
    ("Z07:00:00", offset(true, true, true, true), true), ("Z0700", offset(true, false, false, true), true),
    ("Z07:00", offset(true, true, false, true), true), ("Z07", offset(false, false, false, true), true),
  ]

  private static func offset(_ minutes: Bool, _ colon: Bool, _ seconds: Bool, _ zulu: Bool) -> Piece {
    .offset(Offset(hasMinutes: minutes, hasColon: colon, hasSeconds: seconds, isZuluForUTC: zulu))
  }

  private static func starts(_ layout: [UInt8], at index: Int, _ text: StaticString) -> Bool {
    guard index + text.utf8CodeUnitCount <= layout.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(layout[index..<index + $0.count]) }
  }

  private static func piece(_ layout: [UInt8], at index: Int) -> (Piece, Int)? {
    let byte = layout[index]
    if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") { return fraction(layout, at: index) }
    // `_2006` is a line and a year.
    if starts(layout, at: index, "_2006") { return nil }
    for word in words where starts(layout, at: index, word.text) {
      let end = index + word.text.utf8CodeUnitCount
      if !word.mayBePrefix, end < layout.count, (97...122).contains(layout[end]) { continue }
      return (word.piece, word.text.utf8CodeUnitCount)
    }
    return nil
  }

  private static func fraction(_ layout: [UInt8], at index: Int) -> (Piece, Int)? {
    guard index + 1 < layout.count else { return nil }
    let digit = layout[index + 1]
    guard digit == 48 || digit == 57 else { return nil }
    let digits = layout[(index + 1)...].prefix { $0 == digit }.count
    let end = index + 1 + digits
    if end < layout.count, (48...57).contains(layout[end]) { return nil }
    let separator = layout[index]
    return (
      digit == 48 ? .fraction(digits, separator: separator) : .shortFraction(digits, separator: separator), digits + 1
    )
  }
}

// Writing.
extension TimeLayout {
  func text(_ time: TimeValue) -> String {
    let fields = time.fields
    var result: [UInt8] = []
    for piece in pieces {
      if case .literal(let bytes) = piece {
        result += bytes
      } else {
        result += Self.text(piece, time, fields).utf8
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func text(_ piece: Piece, _ time: TimeValue, _ fields: TimeValue.Fields) -> String {
    let hour12 = fields.hour % 12 == 0 ? 12 : fields.hour % 12
    switch piece {
    case .literal: return ""
    case .longMonth: return TimeValue.months[fields.month - 1]
    case .month: return String(TimeValue.months[fields.month - 1].prefix(3))
    case .numericMonth: return String(fields.month)
    case .zeroMonth: return padded(fields.month)
    case .longWeekday: return TimeValue.weekdays[fields.weekday]
    case .weekday: return String(TimeValue.weekdays[fields.weekday].prefix(3))
    case .day: return String(fields.day)
    case .spacedDay: return padded(fields.day, with: " ")
    case .zeroDay: return padded(fields.day)
    case .spacedYearDay: return padded(fields.dayOfYear, to: 3, with: " ")
    case .zeroYearDay: return padded(fields.dayOfYear, to: 3)
    case .hour: return padded(fields.hour)
    case .hour12: return String(hour12)
    case .zeroHour12: return padded(hour12)
    case .minute: return String(fields.minute)
    case .zeroMinute: return padded(fields.minute)
    case .second: return String(fields.second)
    case .zeroSecond: return padded(fields.second)
    case .longYear:
      return (fields.year < 0 ? "-" : "") + padded(Int(fields.year.magnitude), to: 4)
    case .year: return padded(Int(fields.year.magnitude % 100))
    case .upperHalf: return fields.hour >= 12 ? "PM" : "AM"
    case .lowerHalf: return fields.hour >= 12 ? "pm" : "am"
    case .zone:
      return time.abbreviation.isEmpty
        ? text(Offset(hasMinutes: true, hasColon: false, hasSeconds: false, isZuluForUTC: false), time)
        : time.abbreviation
    case .offset(let offset): return text(offset, time)
    case .fraction(let digits, let separator):
      return String(decoding: [separator], as: UTF8.self) + fraction(time, digits: digits)
    case .shortFraction(let digits, let separator):
      var text = fraction(time, digits: digits)
      while text.last == "0" { text.removeLast() }
      return text.isEmpty ? "" : String(decoding: [separator], as: UTF8.self) + text
    }
  }

  private static func fraction(_ time: TimeValue, digits: Int) -> String {
    let all = padded(Int(time.nanoseconds), to: 9)
    return all.prefix(digits) + String(repeating: "0", count: max(0, digits - 9))
  }

  private static func text(_ offset: Offset, _ time: TimeValue) -> String {
    if offset.isZuluForUTC, time.offsetSeconds == 0 { return "Z" }
    let magnitude = abs(time.offsetSeconds)
    let colon = offset.hasColon ? ":" : ""
    var text = (time.offsetSeconds < 0 ? "-" : "+") + padded(magnitude / 3_600)
    if offset.hasMinutes { text += colon + padded(magnitude / 60 % 60) }
    if offset.hasSeconds { text += colon + padded(magnitude % 60) }
    return text
  }

  static func padded(_ number: Int, to width: Int = 2, with filler: Character = "0") -> String {
    let text = String(number)
    return String(repeating: filler, count: max(0, width - text.utf8.count)) + text
  }
}
