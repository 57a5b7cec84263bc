/// ApplicationSet's default language, fasttemplate (GENERATORS 3.1): `{{ key }}` becomes the parameter of that name
/// when it is a text; anything else between the braces, known to nobody or not a text, stays as it is written. There is
/// no nesting and no recursion: what a parameter holds is never read as a template.
public struct FieldTemplate: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case text(String)
    case tag(String)
  }

  private var parts: [Part]

  /// Reads a template. A text without `{{` and a later `}}` on one line is no template at all and stays as it is.
  ///
  /// - Throws: ``TemplateError`` for a `{{` that is never closed in a text that is a template.
  public init(_ source: String) throws(TemplateError) {
    guard Self.isTemplate(source) else {
      parts = [.text(source)]
      return
    }
    parts = []
    let template = TemplateSource(source)
    var position = 0
    while let start = Self.find(UInt8(ascii: "{"), in: template.bytes, from: position) {
      guard let end = Self.find(UInt8(ascii: "}"), in: template.bytes, from: start + 2) else {
        throw template.error(.syntax, at: start, "\"{{\" is never closed; write \"}}\" after the parameter's name")
      }
      if start > position { parts.append(.text(template.text(position..<start))) }
      parts.append(.tag(template.text(start + 2..<end)))
      position = end + 2
    }
    parts.append(.text(template.text(position..<template.bytes.count)))
  }

  /// Fills in the parameters.
  public func render(_ parameters: [String: ParameterValue]) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .tag(let tag):
        let key = trimmed(tag)
        if !key.isEmpty, case .string(let value) = parameters[key] {
          result += value
        } else {
          result += "{{" + tag + "}}"
        }
      }
    }
    return result
  }

  /// The names between braces, in order of appearance.
  public var keys: [String] {
    parts.compactMap { if case .tag(let tag) = $0 { trimmed(tag) } else { nil } }
  }

  private static func isTemplate(_ source: String) -> Bool {
    source.utf8.split(separator: 10).contains { line in
      let bytes = Array(line)
      guard let start = find(UInt8(ascii: "{"), in: bytes, from: 0) else { return false }
      return find(UInt8(ascii: "}"), in: bytes, from: start + 2) != nil
    }
  }

  private static func find(_ brace: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == brace, bytes[index + 1] == brace { return index }
      index += 1
    }
    return nil
  }
}

/// A text without white space at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return String(text[first...last])
}
