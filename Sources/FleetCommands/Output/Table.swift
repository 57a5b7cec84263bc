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
    var widths: [Int] = []
    return lines(isWide: isWide, style: style, width: width, atLeast: &widths)
  }

  /// The lines, each column at least as wide as `widths` says, and `widths` as they are then: for a table that goes on.
  func lines(isWide: Bool, style: Style, width: Int?, atLeast known: inout [Int]) -> [String] {
    let shown = columns.indices.filter { isWide || !columns[$0].isWide }
    let heading = columns.map { Cell($0.title, .quiet) }
    // A row is a line, also for `grep` and `awk`.
    let all = [heading] + rows.map { row in row.map { Cell(oneLine($0.text), $0.tone) } }
    let widths = shown.enumerated().map { place, column in
      max(place < known.count ? known[place] : 0, all.map { displayWidth($0[column].text) }.max() ?? 0)
    }
    known = widths
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

/// The text with spaces for line breaks and what is indented behind them.
func oneLine(_ text: String) -> String {
  guard text.contains(where: \.isNewline) else { return text }
  return text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
}

/// The text, cut with `…` when it is wider than `width`; line breaks become spaces.
func truncated(_ text: String, to width: Int) -> String {
  let line = oneLine(text)
  guard line.count > width, width > 1 else { return line }
  return line.prefix(width - 1) + "…"
}
