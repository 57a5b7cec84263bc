// Upper and lower case, and the forms of names that are made with them.
extension TemplateFunctions {
  static func addCases(to table: inout FunctionTable) {
    table.add("lower", arity: 1) { (a) throws(FunctionError) in
      mapped(try a.bytes(0), ascii: { (65...90).contains($0) ? $0 + 32 : $0 }, Runes.lowercase)
    }
    table.add("upper", arity: 1) { (a) throws(FunctionError) in
      mapped(try a.bytes(0), ascii: { (97...122).contains($0) ? $0 - 32 : $0 }, Runes.uppercase)
    }
    table.add("title", arity: 1) { (a) throws(FunctionError) in
      var previous: Unicode.Scalar = " "
      return .text(
        Runes.bytes(
          try a.scalars(0).map { scalar in
            defer { previous = scalar }
            return separatesWords(previous) ? Runes.titlecase(scalar) : scalar
          }))
    }
    table.add("untitle", arity: 1) { (a) throws(FunctionError) in
      var isStart = true
      return .text(
        Runes.bytes(
          try a.scalars(0).map { scalar in
            if Runes.isSpace(scalar) {
              isStart = true
              return scalar
            }
            defer { isStart = false }
            return isStart ? Runes.lowercase(scalar) : scalar
          }))
    }
    table.add("swapcase", arity: 1) { (a) throws(FunctionError) in
      .text(Runes.bytes(swappingCase(try a.scalars(0))))
    }
    table.add("camelcase", arity: 1) { (a) throws(FunctionError) in .text(Runes.bytes(camelcase(try a.scalars(0)))) }
    table.add("snakecase", arity: 1) { (a) throws(FunctionError) in
      .text(Runes.bytes(CaseWords.lowercased(try a.scalars(0), connector: "_")))
    }
    table.add("kebabcase", arity: 1) { (a) throws(FunctionError) in
      .text(Runes.bytes(CaseWords.lowercased(try a.scalars(0), connector: "-")))
    }
  }

  private static func mapped(
    _ bytes: [UInt8], ascii: (UInt8) -> UInt8, _ map: (Unicode.Scalar) -> Unicode.Scalar
  ) -> Value {
    guard bytes.contains(where: { $0 >= 0x80 }) else {
      return .string(String(decoding: bytes.map(ascii), as: UTF8.self))
    }
    return .text(Runes.bytes(Runes.scalars(bytes).map(map)))
  }

  /// What Go's `strings.Title` takes for the end of a word.
  private static func separatesWords(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return !CharacterClasses.word.contains(scalar.value) }
    return !Runes.isLetter(scalar) && !Runes.isDigit(scalar) && Runes.isSpace(scalar)
  }

  private static func swappingCase(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var isStart = true
    return scalars.map { scalar in
      if Runes.isUpper(scalar) || scalar.properties.generalCategory == .titlecaseLetter {
        isStart = false
        return Runes.lowercase(scalar)
      }
      if Runes.isLower(scalar) {
        defer { isStart = false }
        return isStart ? Runes.titlecase(scalar) : Runes.uppercase(scalar)
      }
      isStart = Runes.isSpace(scalar)
      return scalar
    }
  }

  /// `some_words` to `SomeWords`; connectors at the start stay.
  private static func camelcase(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard let first = scalars.firstIndex(where: { !CaseWords.isConnector($0) }) else { return scalars }
    if first == scalars.count - 1 { return scalars.dropLast() + [Runes.uppercase(scalars[first])] }
    var result = Array(scalars[..<first])
    var current = Runes.uppercase(scalars[first])
    for next in scalars[(first + 1)...] {
      let previous = current
      current = next
      if CaseWords.isConnector(current), CaseWords.isConnector(previous) {
        result.append(previous)
      } else if CaseWords.isConnector(previous) {
        current = Runes.uppercase(current)
      } else {
        result.append(previous)
      }
    }
    return result + [current]
  }
}

/// The words that `snakecase` and `kebabcase` find in a name: `HTTPServer2xx` is HTTP, Server, 2xx.
enum CaseWords {
  private enum Kind {
    case number, upper, letters, connector, punctuation, other
  }

  private struct Word {
    var kind: Kind
    var scalars: ArraySlice<Unicode.Scalar>
  }

  static func isConnector(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "-" || scalar == "_" || Runes.isSpace(scalar)
  }

  private static func words(_ scalars: [Unicode.Scalar]) -> [Word] {
    var result: [Word] = []
    var index = 0
    while index < scalars.count {
      let word = word(scalars[index...])
      result.append(word)
      index += word.scalars.count
    }
    return result
  }

  private static func word(_ rest: ArraySlice<Unicode.Scalar>) -> Word {
    guard let first = rest.first else { return Word(kind: .other, scalars: rest) }
    func taking(_ kind: Kind, _ belongs: (Unicode.Scalar) -> Bool) -> Word {
      Word(kind: kind, scalars: rest.prefix { belongs($0) })
    }
    func isSmall(_ scalar: Unicode.Scalar) -> Bool { Runes.isLetter(scalar) && !Runes.isUpper(scalar) }
    if isConnector(first) { return taking(.connector, isConnector) }
    if Runes.isPunctuation(first) { return taking(.punctuation, Runes.isPunctuation) }
    if Runes.isUpper(first) {
      let capitals = rest.prefix { Runes.isUpper($0) }
      let after = rest.dropFirst(capitals.count).first
      if capitals.count == 1 {
        return Word(kind: .upper, scalars: rest.prefix(1 + rest.dropFirst().prefix { isSmall($0) }.count))
      }
      // The last capital begins the next word.
      let isNextStarted = after.map { Runes.isLetter($0) } ?? false
      return Word(kind: .upper, scalars: isNextStarted ? capitals.dropLast() : capitals)
    }
    if Runes.isLetter(first) { return taking(.letters, isSmall) }
    if Runes.isNumber(first) { return taking(.number, Runes.isNumber) }
    return taking(.other) {
      !isConnector($0) && !Runes.isLetter($0) && !Runes.isNumber($0) && !Runes.isPunctuation($0)
    }
  }

  /// The words in lower case with a connector between them. Numbers stay with the word before them, unless letters
  /// follow them: `http2xx` is `http_2xx`, `bld4Floor` is `bld4_floor`.
  static func lowercased(_ scalars: [Unicode.Scalar], connector: Unicode.Scalar) -> [Unicode.Scalar] {
    let words = words(scalars)
    var result: [Unicode.Scalar] = []
    var index = 0
    func write(_ word: Word) {
      switch word.kind {
      case .connector: result.append(contentsOf: word.scalars.map { _ in connector })
      case .upper: result.append(contentsOf: word.scalars.map { Runes.lowercase($0) })
      default: result.append(contentsOf: word.scalars)
      }
    }
    func kind(_ place: Int) -> Kind? { place < words.count ? words[place].kind : nil }
    /// A number and the small letters and numbers after it; returns the place behind them.
    func writeNumber(_ place: Int) -> Int {
      var place = place
      write(words[place])
      place += 1
      while kind(place) == .letters || kind(place) == .number {
        write(words[place])
        place += 1
      }
      return place
    }
    func separate(before place: Int) {
      if let next = kind(place), next != .connector, next != .punctuation { result.append(connector) }
    }
    while index < words.count {
      switch words[index].kind {
      case .number:
        index = writeNumber(index)
        separate(before: index)
      case .connector, .punctuation:
        write(words[index])
        index += 1
      case .upper, .letters, .other:
        write(words[index])
        index += 1
        guard kind(index) == .number else {
          separate(before: index)
          continue
        }
        if index == words.count - 1 || kind(index + 1) != .letters {
          write(words[index])
          index += 1
        } else {
          result.append(connector)
          index = writeNumber(index)
        }
        separate(before: index)
      }
    }
    return result
  }
}
