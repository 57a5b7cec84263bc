@testable import FleetCommands
import FleetModel
import Synchronization

/// What a command line wrote, and how it ended.
struct CommandLineRun {
  var exitCode: Int32
  var output: String
  var error: String

  /// Everything, as a golden file shows it.
  var transcript: String {
    var text = output.isEmpty ? "" : "stdout:\n" + output
    if !error.isEmpty { text += (text.isEmpty ? "" : "\n") + "stderr:\n" + error }
    return text + "\nexit code: \(exitCode)\n"
  }
}

/// 2026-11-23T15:42:50Z: a minute after the examples' time.
let testNow = Instant(millisecondsSinceEpoch: 1_795_448_570_000)

/// Collects what is written.
final class Recording: Sendable {
  private let texts = Mutex<(output: String, error: String)>(("", ""))

  func append(_ stream: Console.Stream, _ text: String) {
    texts.withLock { texts in
      switch stream {
      case .output: texts.output += text
      case .error: texts.error += text
      }
    }
  }

  var output: String { texts.withLock { $0.output } }
  var error: String { texts.withLock { $0.error } }
}

/// A console for tests: no terminal unless said, its own environment, a clock that stands still.
func testConsole(
  _ recording: Recording, environment: [String: String] = [:], isTerminal: Bool = false, columns: Int = 100,
  input: String = ""
) -> Console {
  Console(
    write: { recording.append($0, $1) },
    isTerminal: { _ in isTerminal },
    columns: { columns },
    rows: { 24 },
    page: { text in
      guard isTerminal else { return false }
      recording.append(.output, "(a pager shows \(text.split(separator: "\n").count) lines)\n")
      return true
    },
    environment: { environment[$0] },
    now: { testNow },
    readInput: { Array(input.utf8) })
}

/// Runs a command line in this process.
func flotilla(
  _ arguments: String..., environment: [String: String] = [:], isTerminal: Bool = false, input: String = ""
) async -> CommandLineRun {
  await run(arguments, environment: environment, isTerminal: isTerminal, input: input)
}

/// Runs a command line in this process.
func run(
  _ arguments: [String], environment: [String: String] = [:], isTerminal: Bool = false, input: String = ""
) async -> CommandLineRun {
  let recording = Recording()
  let console = testConsole(recording, environment: environment, isTerminal: isTerminal, input: input)
  let code = await Console.$current.withValue(console) { await Flotilla.run(arguments) }
  return CommandLineRun(exitCode: code, output: recording.output, error: recording.error)
}
