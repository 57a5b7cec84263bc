/// Writes a tree as JSON.
struct JSONWriter {
  let sortedKeys: Bool
  let pretty: Bool
  private(set) var output: [UInt8] = []
  private var depth = 0

  init(sortedKeys: Bool, pretty: Bool) {
    self.sortedKeys = sortedKeys
    self.pretty = pretty
  }

  mutating func write(_ node: Node) {
    switch node.value {
    case .null: output.append(contentsOf: "null".utf8)
    case .boolean(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number): output.append(contentsOf: String(number).utf8)
    case .decimal(let number): output.append(contentsOf: NumberText.json(number).utf8)
    case .string(let text): write(text: text)
    case .array(let elements): write(elements)
    case .object(let object): write(sortedKeys ? object.sortedEntries : object.entries)
    }
  }

  private mutating func write(_ elements: [Node]) {
    guard !elements.isEmpty else {
      output.append(contentsOf: "[]".utf8)
      return
    }
    output.append(UInt8(ascii: "["))
    depth += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      startLine()
      write(element)
    }
    depth -= 1
    startLine()
    output.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ entries: [Object.Entry]) {
    guard !entries.isEmpty else {
      output.append(contentsOf: "{}".utf8)
      return
    }
    output.append(UInt8(ascii: "{"))
    depth += 1
    for (index, entry) in entries.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      startLine()
      write(text: entry.key)
      output.append(UInt8(ascii: ":"))
      if pretty { output.append(UInt8(ascii: " ")) }
      write(entry.value)
    }
    depth -= 1
    startLine()
    output.append(UInt8(ascii: "}"))
  }

  private mutating func startLine() {
    guard pretty else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func write(text: String) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x08: output.append(contentsOf: #"\b"#.utf8)
      case 0x0C: output.append(contentsOf: #"\f"#.utf8)
      case 0x0A: output.append(contentsOf: #"\n"#.utf8)
      case 0x0D: output.append(contentsOf: #"\r"#.utf8)
      case 0x09: output.append(contentsOf: #"\t"#.utf8)
      case 0..<0x20:
        output.append(contentsOf: #"\u00"#.utf8)
        output.append(hexadecimalDigit(byte >> 4))
        output.append(hexadecimalDigit(byte & 15))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
