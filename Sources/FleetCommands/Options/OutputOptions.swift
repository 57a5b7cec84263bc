internal import ArgumentParser
internal import FleetAPI
internal import FleetModel

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How data is written to standard output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// Columns for people.
  case table
  /// More columns.
  case wide
  /// The API's values, keys sorted.
  case json
  /// The same as YAML.
  case yaml
  /// `type/name`, one a line.
  case name
}

/// `-o`, on every verb that prints data.
struct OutputOptions: ParsableArguments {
  @Option(name: [.customShort("o"), .long], help: ArgumentHelp("How to print: table, wide, json, yaml or name."))
  var output: OutputFormat = .table
}

/// `--reason` and `--dry-run`, on every verb that changes something.
struct ChangeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Why; shown by `flotilla events`.", valueName: "text"))
  var reason: String?

  @Flag(help: "Say what would happen and change nothing.")
  var dryRun = false
}

/// How much of a list is shown.
struct ListLimits: Sendable {
  /// How many items at most, but with `all`.
  var limit = 500
  /// Whether the whole list is read.
  var all = false
  /// Whether the controller counts what is left, for people.
  var counts = false
}

/// How much of a list is shown.
struct ListOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many items at most.", valueName: "count"))
  var limit = 500

  @Flag(help: "Show the whole list, however long.")
  var all = false

  /// What to read for output in a format.
  func limits(for format: OutputFormat) -> ListLimits {
    ListLimits(limit: limit, all: all, counts: format == .table || format == .wide)
  }

  func validate() throws {
    guard limit >= 1 else { throw ValidationError("--limit \(limit): expected a number from 1") }
  }
}

/// `--wait` and `--timeout`.
struct WaitOptions: ParsableArguments {
  @Flag(help: "Wait until the rollout is over; its outcome is the exit code.")
  var wait = false

  @Option(help: ArgumentHelp("How long to wait, for example 30m.", valueName: "duration"), transform: parsedDuration)
  var timeout: Duration?

  func validate() throws {
    if timeout != nil, !wait { throw ValidationError("--timeout says how long --wait may take: give --wait too") }
  }
}

/// Reads a duration of an option.
@Sendable func parsedDuration(_ text: String) throws -> Duration {
  guard let duration = Duration(text: text) else {
    throw ValidationError("\"\(text)\" is not a duration; expected for example 90s, 30m or 2h, at most 720h")
  }
  return duration
}

/// Reads a time of an option.
@Sendable func parsedInstant(_ text: String) throws -> FleetModel.Instant {
  guard let date = try? Date(text, strategy: .iso8601) else {
    throw ValidationError("\"\(text)\" is not a time; expected for example 2026-11-26T08:00:00Z")
  }
  return FleetModel.Instant(millisecondsSinceEpoch: Int64(date.timeIntervalSince1970 * 1_000))
}

/// Reads a moment of the past of an option: a time, a date, which means its beginning in UTC, or how long ago.
@Sendable func parsedPast(_ text: String) throws -> FleetModel.Instant {
  if let ago = Duration(text: text) { return Console.current.now() - ago }
  if let instant = Timestamp(text: text) ?? Timestamp(text: text + "T00:00:00Z") { return instant.instant }
  throw ValidationError(
    "\"\(text)\" is not a time; expected for example 2026-11-26T08:00:00Z, 2026-11-26, or 2h for two hours ago")
}

/// Reads how long a cluster's one-time token is good.
@Sendable func parsedJoinLifetime(_ text: String) throws -> Duration {
  let duration = try parsedDuration(text)
  guard (.seconds(60)) <= duration, duration <= .seconds(604_800) else {
    throw ValidationError("\"\(text)\" is too short or too long; expected 1m to 168h")
  }
  return duration
}
