/// Reads `Warning` headers as API servers write them: `299 - "text"`, perhaps several with commas between them.
enum WarningHeader {
  /// The texts of one header; one that is written otherwise is given as it is.
  static func texts(_ header: String) -> [String] {
    var texts: [String] = []
    var rest = header[...]
    while let text = next(&rest) { texts.append(text) }
    return texts.isEmpty && !header.isEmpty ? [header] : texts
  }

  /// The next quoted text; a date in quotes after it belongs to it.
  private static func next(_ rest: inout Substring) -> String? {
    guard let start = rest.firstIndex(of: "\"") else { return nil }
    rest = rest[rest.index(after: start)...]
    guard let text = quoted(&rest) else { return nil }
    let afterwards = rest.drop { $0 == " " }
    if afterwards.first == "\"" {
      rest = afterwards.dropFirst()
      _ = quoted(&rest)
    }
    return text
  }

  /// What stands up to the closing quote, backslashes taken away.
  private static func quoted(_ rest: inout Substring) -> String? {
    var text = ""
    var isEscaped = false
    while let character = rest.first {
      rest = rest.dropFirst()
      if isEscaped {
        text.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        return text
      } else {
        text.append(character)
      }
    }
    return nil
  }
}
