/// The named sets of regular expressions.
enum CharacterClasses {
  static let digit = set("09")
  static let space = CharacterSet([9...10, 12...13, 32...32])
  static let word = set("09AZaz").union(CharacterSet([95...95]))

  /// Pairs of first and last.
  private static func set(_ pairs: String) -> CharacterSet {
    let values = pairs.unicodeScalars.map(\.value)
    return CharacterSet(stride(from: 0, to: values.count - 1, by: 2).map { values[$0]...values[$0 + 1] })
  }

  /// `\d` and the like.
  static func perl(_ letter: Unicode.Scalar, folded: Bool) -> CharacterSet? {
    switch letter {
    case "d": digit
    case "D": digit.inverted
    case "s": space
    case "S": space.inverted
    case "w": folded ? word.foldingCase : word
    case "W": (folded ? word.foldingCase : word).inverted
    default: nil
    }
  }

  /// `[:alpha:]` and the like, without the colons.
  static func posix(_ name: String) -> CharacterSet? {
    switch name {
    case "alnum": set("09AZaz")
    case "alpha": set("AZaz")
    case "ascii": CharacterSet([0...0x7F])
    case "blank": CharacterSet([9...9, 32...32])
    case "cntrl": CharacterSet([0...0x1F, 0x7F...0x7F])
    case "digit": digit
    case "graph": set("!~")
    case "lower": set("az")
    case "print": set(" ~")
    case "punct": set("!/:@[`{~")
    case "space": CharacterSet([9...13, 32...32])
    case "upper": set("AZ")
    case "word": word
    case "xdigit": set("09AFaf")
    default: nil
    }
  }

  /// `\p{Lu}` and the like: the general categories, and the scripts whose letters stand together.
  static func unicode(_ name: String, folded: Bool) -> CharacterSet? {
    if name == "Any" { return .any }
    if let ranges = scripts[name] { return CharacterSet(ranges) }
    return folded ? foldedCategories[name] : categories[name]
  }

  private static let categoryNames: [(Unicode.GeneralCategory, String)] = [
    (.uppercaseLetter, "Lu"), (.lowercaseLetter, "Ll"), (.titlecaseLetter, "Lt"), (.modifierLetter, "Lm"),
    (.otherLetter, "Lo"), (.nonspacingMark, "Mn"), (.spacingMark, "Mc"), (.enclosingMark, "Me"),
    (.decimalNumber, "Nd"), (.letterNumber, "Nl"), (.otherNumber, "No"), (.connectorPunctuation, "Pc"),
    (.dashPunctuation, "Pd"), (.openPunctuation, "Ps"), (.closePunctuation, "Pe"), (.initialPunctuation, "Pi"),
    (.finalPunctuation, "Pf"), (.otherPunctuation, "Po"), (.mathSymbol, "Sm"), (.currencySymbol, "Sc"),
    (.modifierSymbol, "Sk"), (.otherSymbol, "So"), (.spaceSeparator, "Zs"), (.lineSeparator, "Zl"),
    (.paragraphSeparator, "Zp"), (.control, "Cc"), (.format, "Cf"), (.privateUse, "Co"),
  ]

  /// The general categories and their groups, found in one pass over all characters.
  private static let categories: [String: CharacterSet] = {
    let names = Dictionary(categoryNames.map { ($0.0, $0.1) }, uniquingKeysWith: { $1 })
    var ranges: [String: [ClosedRange<UInt32>]] = [:]
    var start: UInt32 = 0
    var current: Unicode.GeneralCategory?
    func close(before end: UInt32) {
      guard let current, let name = names[current], end > start else { return }
      ranges[name, default: []].append(start...(end - 1))
      ranges[String(name.prefix(1)), default: []].append(start...(end - 1))
    }
    for value in UInt32(0)...CharacterSet.largest {
      let category = Unicode.Scalar(value)?.properties.generalCategory
      guard category != current else { continue }
      close(before: value)
      (start, current) = (value, category)
    }
    close(before: CharacterSet.largest + 1)
    return ranges.mapValues { CharacterSet($0) }
  }()

  private static let foldedCategories = categories.mapValues(\.foldingCase)

  private static let scripts: [String: [ClosedRange<UInt32>]] = [
    "Latin": [
      0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8, 0x2E0...0x2E4,
      0x1D00...0x1D25, 0x1D2C...0x1D5C, 0x1D62...0x1D65, 0x1D6B...0x1D77, 0x1D79...0x1DBE, 0x1E00...0x1EFF,
      0x2071...0x2071, 0x207F...0x207F, 0x2090...0x209C, 0x212A...0x212B, 0x2132...0x2132, 0x214E...0x214E,
      0x2160...0x2188, 0x2C60...0x2C7F, 0xFB00...0xFB06, 0xFF21...0xFF3A, 0xFF41...0xFF5A,
    ],
    "Greek": [
      0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x37F, 0x384...0x384, 0x386...0x386, 0x388...0x3E1,
      0x3F0...0x3FF, 0x1F00...0x1FFE,
    ],
    "Cyrillic": [0x400...0x484, 0x487...0x52F, 0x1C80...0x1C88, 0x1D2B...0x1D2B, 0x2DE0...0x2DFF, 0xA640...0xA69F],
    "Han": [
      0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029,
      0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D, 0xFA70...0xFAD9, 0x20000...0x2FA1D,
    ],
    "Hiragana": [0x3041...0x3096, 0x309D...0x309F], "Katakana": [0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF],
    "Hebrew": [0x591...0x5C7, 0x5D0...0x5EA, 0x5EF...0x5F4],
    "Hangul": [0x1100...0x11FF, 0x3131...0x318E, 0xAC00...0xD7A3],
    "Thai": [0xE01...0xE3A, 0xE40...0xE5B], "Devanagari": [0x900...0x950, 0x955...0x963, 0x966...0x97F],
  ]
}
