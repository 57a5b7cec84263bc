/// A piece of a Go template.
struct Token: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case text(String)
    case leftDelimiter
    case rightDelimiter
    case identifier(String)
    /// `.name`
    case field(String)
    case dot
    /// `$name`, or `$`
    case variable(String)
    case integer(Int64)
    case decimal(Double)
    /// A text, which escapes may have made no UTF-8.
    case string([UInt8])
    case pipe
    case comma
    case assign
    case declare
    case leftParenthesis
    case rightParenthesis
    case end
  }

  var kind: Kind
  /// The first byte.
  var offset: Int
  /// The byte after the last.
  var endOffset: Int
  /// Whether white space stands before it: `.a.b` is one operand and `.a .b` are two.
  var isAfterSpace: Bool
}

extension Token.Kind {
  /// What it is, for messages.
  var description: String {
    switch self {
    case .text: "text"
    case .leftDelimiter: "\"{{\""
    case .rightDelimiter: "\"}}\""
    case .identifier(let name): "\"\(name)\""
    case .field(let name): "\".\(name)\""
    case .dot: "\".\""
    case .variable(let name): "\"\(name)\""
    case .integer(let number): "\(number)"
    case .decimal(let number): ParameterValue.goText(number)
    case .string(let text): "\"\(text.text)\""
    case .pipe: "\"|\""
    case .comma: "\",\""
    case .assign: "\"=\""
    case .declare: "\":=\""
    case .leftParenthesis: "\"(\""
    case .rightParenthesis: "\")\""
    case .end: "the end of the template"
    }
  }
}
