import ArgumentParser
import FleetModel
import FleetPostgres
import Logging

/// Deletes history that is not kept any more, and content that nothing names.
struct Collect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Delete history that is not kept any more, and bundles that nothing names.",
    discussion: """
      What runs, what members go back to, what is on hold and the newest rollouts and releases of each FleetSet stay whatever
      their age. Controllers may go on meanwhile.
      """)

  @Option(help: ArgumentHelp("How many days of history are kept.", valueName: "days"))
  var keepDays = 400

  @Option(help: ArgumentHelp("How many of the newest rollouts and releases of a set are kept.", valueName: "count"))
  var keepNewest = 20

  @Flag(help: "Only say how much would go.")
  var dryRun = false

  @OptionGroup var database: DatabaseOptions

  func validate() throws {
    guard (1...36_500).contains(keepDays) else { throw ValidationError("--keep-days: expected 1 to 36500") }
    guard (1...1_000_000).contains(keepNewest) else { throw ValidationError("--keep-newest: expected 1 or more") }
  }

  func run() async throws {
    let logger = Logger(label: "flotilla-controller", factory: { StreamLogHandler.standardError(label: $0) })
    let store = PostgresStore(url: try await database.url(logger: logger), logger: logger)
    let collected: [Collected]
    do {
      if let trouble = await store.readiness() { throw ValidationError(trouble) }
      let before = try await store.now() - .seconds(keepDays * 86_400)
      collected = try await store.collect(Retention(before: before, keepNewest: keepNewest), isDryRun: dryRun)
    } catch {
      await store.end()
      throw error
    }
    await store.end()
    for entry in collected { print("\(dryRun ? "would delete" : "deleted") \(entry.count) \(entry.kind)") }
  }
}
