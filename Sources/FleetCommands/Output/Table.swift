/// Rows under headings, as every list of the CLI shows them: two spaces between columns, nothing behind the last.
struct Table {
  /// A column.
  struct Column {
    /// The heading, in capitals.
    var title: String
    /// Whether values stand at the right edge, as numbers do.
    var isNumber = false
    /// Whether the column is left out of `-o table` and shown by `-o wide`.
    var isWide = false

    init(_ title: String, isNumber: Bool = false, isWide: Bool = false) {
      self.title = title
      self.isNumber = isNumber
      self.isWide = isWide
    }
  }

  /// A value with the tone it is shown in.
  struct Cell: ExpressibleByStringInterpolation {
    var text: String
    var tone: Style.Tone?

    init(_ text: String, _ tone: Style.Tone? = nil) {
      self.text = text
      self.tone = tone
    }

    init(stringLiteral value: String) { self.init(value) }
  }

  var columns: [Column]
  var rows: [[Cell]]

  /// The lines; with `width`, the last column is cut so that no line is wider.
  func lines(isWide: Bool, style: Style, width: Int? = nil) -> [String] {
    let shown = columns.indices.filter { isWide || !columns[$0].isWide }
    let heading = columns.map { Cell($0.title, .quiet) }
    let all = [heading] + rows
    let widths = shown.map { column in all.map { displayWidth($0[column].text) }.max() ?? 0 }
    return all.map { row in
      var line = ""
      var used = 0
      for (place, column) in shown.enumerated() {
        var cell = row[column]
        let isLast = place == shown.count - 1
        if isLast, let width, !columns[column].isNumber { cell.text = truncated(cell.text, to: max(8, width - used)) }
        let padding = String(repeating: " ", count: max(0, widths[place] - displayWidth(cell.text)))
        let styled = cell.tone.map { style($0, cell.text) } ?? cell.text
        if columns[column].isNumber {
          line += padding + styled
        } else {
          line += isLast ? styled : styled + padding
        }
        if !isLast { line += "  " }
        used += widths[place] + 2
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

/// Columns that a text takes on a terminal; every character of ours takes one.
func displayWidth(_ text: String) -> Int { text.count }

/// The text, cut with `…` when it is wider than `width`; line breaks become spaces.
func truncated(_ text: String, to width: Int) -> String {
  let line = text.contains(where: \.isNewline) ? String(text.map { $0.isNewline ? " " : $0 }) : text
  guard line.count > width, width > 1 else { return line }
  return line.prefix(width - 1) + "…"
}
