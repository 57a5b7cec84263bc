import FleetAPI
import FleetModel

/// Label selectors and changes as people type them.
enum LabelText {
  /// Reads a selector in the syntax of `kubectl -l`: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`.
  static func selector(_ text: String) throws(ErrorEnvelope) -> LabelSelector {
    var selector = LabelSelector()
    for part in parts(of: text) {
      let requirement = try requirement(part)
      if requirement.operator == .isIn, requirement.values.count == 1,
        selector.matchLabels[requirement.key] == nil, let value = requirement.values.first
      {
        selector.matchLabels[requirement.key] = value
      } else {
        selector.matchExpressions.append(requirement)
      }
    }
    return selector
  }

  /// What is wrong with a label; nil when nothing is.
  static func problem(key: String, value: String?) -> String? {
    if !isKey(key) {
      return "\"\(key)\" is not a label's key: up to 63 letters, digits, - _ . with a letter or digit at both ends, "
        + "after an optional DNS name and /"
    }
    if let value, !isValue(value) {
      return "\"\(value)\" is not a label's value: up to 63 letters, digits, - _ . with a letter or digit at both ends"
    }
    return nil
  }

  /// Whether a text is a name as DNS-1123 has it, with dots.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.first != "-" && part.last != "-"
          && part.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func requirement(_ text: String) throws(ErrorEnvelope) -> LabelRequirement {
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.count >= 2,
      words[1] == "in" || words[1] == "notin" || words[1].hasPrefix("in(")
        || words[1].hasPrefix("notin(")
    {
      let isNot = words[1].hasPrefix("notin")
      guard let open = text.firstIndex(of: "("), text.last == ")" else { throw refusal(text) }
      let values = text[text.index(after: open)..<text.index(before: text.endIndex)].split(separator: ",").map {
        String($0.filter { !$0.isWhitespace })
      }
      guard !values.isEmpty else { throw refusal(text) }
      return try checked(String(words[0]), isNot ? .isNotIn : .isIn, values, text)
    }
    let bare = text.filter { !$0.isWhitespace }
    for (sign, meaning) in [("!=", LabelRequirement.Operator.isNotIn), ("==", .isIn), ("=", .isIn)] {
      guard let range = bare.firstRange(of: sign) else { continue }
      return try checked(
        String(bare[..<range.lowerBound]), meaning, [String(bare[range.upperBound...])], text)
    }
    if bare.hasPrefix("!") { return try checked(String(bare.dropFirst()), .doesNotExist, [], text) }
    return try checked(bare, .exists, [], text)
  }

  private static func checked(
    _ key: String, _ meaning: LabelRequirement.Operator, _ values: [String], _ text: String
  ) throws(ErrorEnvelope) -> LabelRequirement {
    guard isKey(key), values.allSatisfy(isValue) else { throw refusal(text) }
    return LabelRequirement(key: key, operator: meaning, values: values)
  }

  private static func refusal(_ text: String) -> ErrorEnvelope {
    ErrorEnvelope(
      code: .invalid, message: "\"\(text)\" is not a condition on labels", field: "selector",
      hint: "write conditions like env=prod, region!=eu, tier in (a,b), canary or !canary, with commas between")
  }

  /// Splits at commas outside of parentheses.
  private static func parts(of text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { String($0.drop(while: \.isWhitespace)) }.filter { !$0.isEmpty }
  }

  private static func isKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return !text.isEmpty && isValue(text)
    case 2: return isName(String(parts[0])) && !parts[1].isEmpty && isValue(String(parts[1]))
    default: return false
    }
  }

  private static func isValue(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    return text.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy {
        isAlphanumeric($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0)
      }
  }

  private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte | 32) || isDigit(byte) }
}
