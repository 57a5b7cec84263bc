internal import ArgumentParser

/// `flotilla exit-codes`, and so `flotilla help exit-codes`
struct ExitCodesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exit-codes", abstract: "Show the exit codes.")

  func run() {
    Console.current.write(.output, ExitCode.table)
  }
}
