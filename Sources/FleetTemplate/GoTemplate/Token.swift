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
