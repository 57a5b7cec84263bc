internal import FleetModel

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// Where a verb reads and writes. Data goes to `output`, progress and errors to `error` (DESIGN, Wire); tests put their
/// own in place.
public struct Console: Sendable {
  /// A stream of the process.
  public enum Stream: Sendable {
    /// Data.
    case output
    /// Progress, warnings and errors.
    case error
  }

  /// Writes text as it is.
  var write: @Sendable (Stream, String) -> Void
  /// Whether a person looks at the stream.
  var isTerminal: @Sendable (Stream) -> Bool
  /// The terminal's width in columns.
  var columns: @Sendable () -> Int
  /// The terminal's height in rows.
  var rows: @Sendable () -> Int
  /// Shows a long text page by page; false when that cannot be done.
  var page: @Sendable (String) -> Bool
  /// A variable of the environment; nil when it is not set.
  var environment: @Sendable (String) -> String?
  /// The time, for relative times only.
  var now: @Sendable () -> FleetModel.Instant
  /// All of standard input.
  var readInput: @Sendable () throws -> [UInt8]
  /// Whether `--no-color` was given.
  var refusesColor = false

  /// The console of the verb that runs.
  @TaskLocal static var current = Console.standard

  /// The process's own streams.
  static let standard = Console(
    write: { stream, text in writeAll(text, to: stream == .output ? 1 : 2) },
    isTerminal: { isatty($0 == .output ? 1 : 2) == 1 },
    columns: { terminalSize().columns },
    rows: { terminalSize().rows },
    page: Pager.show,
    environment: { name in getenv(name).map { String(cString: $0) } },
    now: wallClock,
    readInput: { try readAll(descriptor: 0, named: "standard input") })

  /// Writes a line of data.
  func output(_ text: String) { write(.output, text + "\n") }

  /// Writes a line of progress, or an error.
  func progress(_ text: String) { write(.error, text + "\n") }

  /// Colours for a stream: only on a terminal, never with `--no-color`, `NO_COLOR` or a dumb terminal.
  func style(_ stream: Stream) -> Style {
    let isRefused = refusesColor || !(environment("NO_COLOR") ?? "").isEmpty || environment("TERM") == "dumb"
    return Style(isOn: isTerminal(stream) && !isRefused)
  }
}

/// Colours of a stream, or none.
struct Style: Sendable {
  /// What a colour says; everything that a colour says is also said in words.
  enum Tone: String {
    case good = "32"
    case bad = "31"
    case busy = "33"
    case quiet = "2"
    case strong = "1"
  }

  /// Whether escape sequences are written.
  var isOn: Bool

  /// The text in a tone.
  func callAsFunction(_ tone: Tone, _ text: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
  }
}

private func writeAll(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR || errno == EAGAIN { continue }
      return  // the reader is gone; there is nobody to tell
    }
    bytes = bytes.dropFirst(count)
  }
}

private func terminalSize() -> (columns: Int, rows: Int) {
  var size = winsize()
  for descriptor in [Int32(1), 2] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
    return (Int(size.ws_col), Int(size.ws_row))
  }
  return (80, 24)
}

private func wallClock() -> FleetModel.Instant {
  FleetModel.Instant(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000))
}
