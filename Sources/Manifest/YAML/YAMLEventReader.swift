internal import CLibYAML
internal import FleetModel

/// One step of a YAML stream, copied out of libyaml.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(anchor: String)
    case scalar(Scalar)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  struct Scalar {
    var text: String
    /// Whether it stands without quotes and without a tag.
    var isPlain: Bool
  }

  var kind: Kind
  var anchor: String?
  var tag: String?
  var position: Position
}

/// libyaml's parser over bytes that outlive it.
final class YAMLEventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeBufferPointer<UInt8>
  private let file: String
  private let isInitialized: Bool

  init(input: UnsafeBufferPointer<UInt8>, file: String) {
    self.input = input
    self.file = file
    parser = .allocate(capacity: 1)
    isInitialized = yaml_parser_initialize(parser) == 1
    if isInitialized { yaml_parser_set_input_string(parser, input.baseAddress, input.count) }
  }

  deinit {
    if isInitialized { yaml_parser_delete(parser) }
    parser.deallocate()
  }

  func next() throws(DiagnosticsError) -> YAMLEvent {
    guard isInitialized else {
      throw DiagnosticsError([Diagnostic(file: file, message: "there is not enough memory to read this file")])
    }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return copy(of: event)
  }

  private func copy(of event: yaml_event_t) -> YAMLEvent {
    let data = event.data
    var anchor: String?
    var tag: String?
    let kind: YAMLEvent.Kind
    switch event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT: kind = .alias(anchor: text(data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      anchor = text(data.scalar.anchor)
      tag = text(data.scalar.tag)
      let bytes = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
      let isPlain = data.scalar.style == YAML_PLAIN_SCALAR_STYLE && tag == nil
      kind = .scalar(.init(text: String(decoding: bytes, as: UTF8.self), isPlain: isPlain))
    case YAML_SEQUENCE_START_EVENT:
      anchor = text(data.sequence_start.anchor)
      tag = text(data.sequence_start.tag)
      kind = .sequenceStart
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      anchor = text(data.mapping_start.anchor)
      tag = text(data.mapping_start.tag)
      kind = .mappingStart
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd
    }
    return YAMLEvent(kind: kind, anchor: anchor, tag: tag, position: Position(event.start_mark))
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  // MARK: Errors

  private func failure() -> DiagnosticsError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not YAML"
    let context = parser.pointee.context.map { String(cString: $0) }
    var place = Position(parser.pointee.problem_mark)
    var hint = Self.hint(for: problem)
    if parser.pointee.error == YAML_READER_ERROR {
      place = position(ofByte: Int(parser.pointee.problem_offset))
      hint = "save the file as UTF-8 without control characters"
    } else if hint.isEmpty, let context {
      let begin = Position(parser.pointee.context_mark)
      hint = begin.line == place.line ? context : "\(context) that begins on line \(begin.line)"
    }
    return DiagnosticsError([
      Diagnostic(file: file, line: Int(place.line), column: Int(place.column), message: problem, hint: hint)
    ])
  }

  /// What to do about the problems that people meet most, by libyaml's words for them.
  private static func hint(for problem: String) -> String {
    switch problem {
    case "mapping values are not allowed in this context":
      "check the indentation; a text that contains \": \" must be quoted"
    case "did not find expected node content":
      "a value is missing here; check that brackets above are closed, and quote a text that begins with } or ]"
    case "did not find expected key": "check the indentation, and that quotes and brackets are closed"
    case "did not find expected '-' indicator": "check the indentation: the elements of a list stand in one column"
    case "found character that cannot start any token":
      "indent with spaces, not tabs; quote a text that begins with @, ` or %"
    case "could not find expected ':'": "a key is followed by \": \"; check the indentation and the quotes above"
    case "found undefined tag handle": "quote a text that begins with !"
    default: ""
    }
  }

  private func position(ofByte offset: Int) -> Position {
    var line = 1
    var column = 1
    for byte in input.prefix(offset) {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return Position(line: line, column: column)
  }
}

extension Position {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
  }
}
