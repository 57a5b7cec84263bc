/// A command of a console block, a line that begins with `$ `, or of a block of `sh`, any line; with the lines that it goes
/// on with behind a `\`.
struct ShellLine {
  /// The page and the line.
  var place: String
  /// The words as a shell would split them, without variables set before the command; what a shell would fill in stays
  /// as it is written.
  var words: [String]

  /// The program, or `make`.
  var program: String { words.first ?? "" }
  /// What follows it.
  var arguments: [String] { Array(words.dropFirst()) }

  /// The commands of a block.
  static func all(in block: Block) -> [ShellLine] {
    var result: [ShellLine] = []
    var text = ""
    var line = 0
    for (index, raw) in block.lines.enumerated() {
      if text.isEmpty {
        let isScript = block.language == "sh"
        guard isScript || raw.hasPrefix("$ ") else { continue }
        line = block.line + 1 + index
        text = isScript ? raw : String(raw.dropFirst(2))
      } else {
        text += " " + raw.drop { $0 == " " || $0 == ">" }
      }
      if text.hasSuffix("\\") {
        text.removeLast()
        continue
      }
      result += commands(text).map { ShellLine(place: "\(block.page):\(line)", words: $0) }
      text = ""
    }
    return result
  }

  /// The command of a code span.
  static func span(_ text: String, place: String) -> ShellLine {
    ShellLine(place: place, words: commands(text).first ?? [])
  }

  /// The words of each command of a line: quotes are taken off, `|`, `&&`, `;` and redirections end a command.
  private static func commands(_ line: String) -> [[String]] {
    var commands: [[String]] = [[]]
    var word: String?
    var quote: Character?
    var depth = 0
    func isAssignment(_ text: String) -> Bool {
      let name = text.prefix { $0 == "_" || $0.isUppercase || $0.isNumber }
      return !name.isEmpty && text.dropFirst(name.count).first == "="
    }
    func close() {
      guard let text = word else { return }
      word = nil
      if commands[commands.count - 1].isEmpty, isAssignment(text) || text == "sudo" { return }
      commands[commands.count - 1].append(text)
    }
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == "(" {
        depth += 1
        word = (word ?? "") + "("
      } else if character == ")" {
        depth -= 1
        word = (word ?? "") + ")"
      } else if depth > 0 {
        word = (word ?? "") + String(character)
      } else if character == " " {
        close()
      } else if character == "|" || character == ";" || character == "&" || character == ">" || character == "<" {
        if character == ">", word?.allSatisfy(\.isNumber) == true { word = nil }
        close()
        // What follows a redirection is a file, so it is taken for a command of its own that nobody checks.
        commands.append([])
      } else {
        word = (word ?? "") + String(character)
      }
    }
    close()
    return commands.filter { !$0.isEmpty }
  }
}
