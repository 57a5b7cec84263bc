// Reading.
extension TimeLayout {
  /// Reads a time; without an offset in it it is UTC. nil for a text that is not of the layout.
  func parse(_ text: [UInt8]) -> TimeValue? {
    var reader = Reader(text: text)
    for (index, piece) in pieces.enumerated() {
      let next = index + 1 < pieces.count ? pieces[index + 1] : nil
      guard reader.take(piece, before: next) else { return nil }
    }
    return reader.isAtEnd ? reader.time : nil
  }

  private struct Reader {
    let text: [UInt8]
    var index = 0
    var year: Int64 = 0
    var month: Int?
    var day: Int?
    var dayOfYear: Int?
    var hour = 0
    var minute = 0
    var second = 0
    var nanoseconds: Int64 = 0
    var isAfternoon: Bool?
    var isUTC = false
    var offset: Int?
    var zone = ""

    init(text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { index == text.count }

    private func isDigit(_ place: Int) -> Bool { place < text.count && (48...57).contains(text[place]) }

    mutating func take(_ piece: Piece, before next: Piece?) -> Bool {
      switch piece {
      case .literal(let bytes): return take(literal: bytes)
      case .longMonth: return take(name: TimeValue.months, into: \.month)
      case .month: return take(name: TimeValue.months.map { String($0.prefix(3)) }, into: \.month)
      case .numericMonth, .zeroMonth:
        month = number(isFixed: piece == .zeroMonth)
        return month.map { (1...12).contains($0) } ?? false
      case .longWeekday: return takeName(TimeValue.weekdays) != nil
      case .weekday: return takeName(TimeValue.weekdays.map { String($0.prefix(3)) }) != nil
      case .day, .spacedDay, .zeroDay:
        if piece == .spacedDay { skipSpace() }
        day = number(isFixed: piece == .zeroDay)
        return day != nil
      case .spacedYearDay, .zeroYearDay:
        if piece == .spacedYearDay {
          skipSpace()
          skipSpace()
        }
        dayOfYear = yearDay(isFixed: piece == .zeroYearDay)
        return dayOfYear != nil
      case .hour: return take(number(isFixed: false), below: 24, into: \.hour)
      case .hour12: return take(number(isFixed: false), below: 13, into: \.hour)
      case .zeroHour12: return take(number(isFixed: true), below: 13, into: \.hour)
      case .minute, .zeroMinute: return take(number(isFixed: piece == .zeroMinute), below: 60, into: \.minute)
      case .second, .zeroSecond:
        guard take(number(isFixed: piece == .zeroSecond), below: 60, into: \.second) else { return false }
        // A fraction is taken though the layout has none.
        switch next {
        case .fraction, .shortFraction: return true
        default: return takeFraction(isNeeded: false, digits: nil)
        }
      case .longYear:
        guard let digits = takeDigits(4) else { return false }
        year = Int64(digits)
        return true
      case .year:
        guard let digits = takeDigits(2) else { return false }
        year = Int64(digits) + (digits >= 69 ? 1_900 : 2_000)
        return true
      case .upperHalf: return takeHalf("AM", "PM")
      case .lowerHalf: return takeHalf("am", "pm")
      case .zone: return takeZone()
      case .offset(let form): return take(form)
      case .fraction(let digits, _): return takeFraction(isNeeded: true, digits: digits)
      case .shortFraction: return takeFraction(isNeeded: false, digits: nil)
      }
    }

    /// Spaces of a layout stand for any number of spaces.
    private mutating func take(literal: [UInt8]) -> Bool {
      var place = 0
      while place < literal.count {
        if literal[place] == 32 {
          if index < text.count, text[index] != 32 { return false }
          while place < literal.count, literal[place] == 32 { place += 1 }
          while index < text.count, text[index] == 32 { index += 1 }
          continue
        }
        guard index < text.count, text[index] == literal[place] else { return false }
        index += 1
        place += 1
      }
      return true
    }

    private mutating func skipSpace() { if index < text.count, text[index] == 32 { index += 1 } }

    private mutating func take(name names: [String], into field: WritableKeyPath<Reader, Int?>) -> Bool {
      guard let found = takeName(names) else { return false }
      self[keyPath: field] = found + 1
      return true
    }

    private mutating func takeName(_ names: [String]) -> Int? {
      for (number, name) in names.enumerated() {
        let bytes = Array(name.utf8)
        let end = index + bytes.count
        if end <= text.count, zip(text[index..<end], bytes).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
          index = end
          return number
        }
      }
      return nil
    }

    private mutating func take(_ number: Int?, below limit: Int, into field: WritableKeyPath<Reader, Int>) -> Bool {
      guard let number, number < limit else { return false }
      self[keyPath: field] = number
      return true
    }

    /// One or two digits; two when fixed.
    private mutating func number(isFixed: Bool) -> Int? {
      guard isDigit(index) else { return nil }
      if !isDigit(index + 1) {
        if isFixed { return nil }
        index += 1
        return Int(text[index - 1] - 48)
      }
      return takeDigits(2)
    }

    private mutating func yearDay(isFixed: Bool) -> Int? {
      let count = text[index...].prefix(3).prefix { (48...57).contains($0) }.count
      guard count > 0, count == 3 || !isFixed else { return nil }
      return takeDigits(count)
    }

    private mutating func takeDigits(_ count: Int) -> Int? {
      var number = 0
      for place in index..<index + count {
        guard isDigit(place) else { return nil }
        number = number * 10 + Int(text[place] - 48)
      }
      index += count
      return number
    }

    private mutating func takeHalf(_ morning: StaticString, _ afternoon: StaticString) -> Bool {
      guard index + 2 <= text.count else { return false }
      let word = text[index..<index + 2]
      index += 2
      if afternoon.withUTF8Buffer({ $0.elementsEqual(word) }) {
        isAfternoon = true
      } else if morning.withUTF8Buffer({ $0.elementsEqual(word) }) {
        isAfternoon = false
      } else {
        return false
      }
      return true
    }

    private mutating func takeFraction(isNeeded: Bool, digits: Int?) -> Bool {
      let isThere = index < text.count && (text[index] == 46 || text[index] == 44) && isDigit(index + 1)
      guard isThere else { return !isNeeded }
      var place = index + 1
      var value: Int64 = 0
      var count = 0
      while isDigit(place), digits.map({ count < $0 }) ?? true {
        if count < 9 { value = value * 10 + Int64(text[place] - 48) }
        count += 1
        place += 1
      }
      guard digits.map({ count == $0 }) ?? true else { return false }
      for _ in min(count, 9)..<9 { value *= 10 }
      nanoseconds = value
      index = place
      return true
    }

    private mutating func take(_ form: Offset) -> Bool {
      if form.isZuluForUTC, index < text.count, text[index] == UInt8(ascii: "Z") {
        index += 1
        isUTC = true
        return true
      }
      guard index < text.count else { return false }
      let sign = text[index]
      guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
      index += 1
      guard let hours = takeDigits(2), hours <= 24 else { return false }
      var total = hours * 3_600
      for (unit, isThere) in [(60, form.hasMinutes), (1, form.hasSeconds)] where isThere {
        if form.hasColon {
          guard index < text.count, text[index] == UInt8(ascii: ":") else { return false }
          index += 1
        }
        guard let part = takeDigits(2), part <= 60 else { return false }
        total += part * unit
      }
      offset = sign == UInt8(ascii: "-") ? -total : total
      return true
    }

    private mutating func takeZone() -> Bool {
      let letters = text[index...].prefix(6).prefix { (65...90).contains($0) }.count
      let word = String(decoding: text[index..<index + letters], as: UTF8.self)
      switch letters {
      case 3: break
      case 4 where word.hasSuffix("T") || word == "WITA": break
      case 5 where word.hasSuffix("T"): break
      default: return false
      }
      index += letters
      if word == "UTC" { isUTC = true } else { zone = word }
      return true
    }

    var time: TimeValue? {
      var hour = hour
      if isAfternoon == true, hour < 12 { hour += 12 } else if isAfternoon == false, hour == 12 { hour = 0 }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      var days = TimeValue.Fields.days(year: year, month: 1, day: 1)
      if let dayOfYear {
        guard (1...(isLeap ? 366 : 365)).contains(dayOfYear) else { return nil }
        days += Int64(dayOfYear - 1)
        let fields = TimeValue.Fields(daysSinceEpoch: days, secondOfDay: 0)
        if let month, month != fields.month { return nil }
        if let day, day != fields.day { return nil }
      } else {
        let month = month ?? 1
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard let day = day ?? Optional(1), (1...lengths[month - 1]).contains(day) else { return nil }
        days = TimeValue.Fields.days(year: year, month: Int64(month), day: Int64(day))
      }
      let seconds = days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
      if let offset, !isUTC {
        let abbreviation = offset == 0 && (zone.isEmpty || zone == "UTC") ? "UTC" : zone
        return TimeValue(
          seconds: seconds - Int64(offset), nanoseconds: nanoseconds, offsetSeconds: offset, abbreviation: abbreviation)
      }
      if !zone.isEmpty, !isUTC { return TimeValue(seconds: seconds, nanoseconds: nanoseconds, abbreviation: zone) }
      return TimeValue(seconds: seconds, nanoseconds: nanoseconds)
    }
  }
}
