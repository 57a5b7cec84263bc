internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla where`
struct WhereCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "where",
    abstract: "Say on which clusters a bundle, or what a commit gives, ran, and from when until when.",
    usage: "flotilla where DIGEST\nflotilla where COMMIT [--from TIME] [--to TIME]")

  @Argument(help: ArgumentHelp("The first digits of a bundle's SHA-256 or of a commit.", valueName: "digits"))
  var digits: String

  @OptionGroup var span: SpanOptions
  @OptionGroup var list: ListOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (4...64).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit) else {
      throw ValidationError("\"\(digits)\" is not the beginning of a digest or commit: give 4 to 64 hexadecimal digits")
    }
  }

  func run() async throws {
    let (digits, span, options) = (digits, span, list.limits(for: output.output))
    let page = try await connection.withController { client, project in
      try await readList(options) {
        try await client.whereabouts(of: digits, in: project, from: span.from, until: span.until, page: $0)
      }
    }
    try Console.current.renderList(
      page, as: output.output, nothing: "\(digits) had no part on any cluster in that time",
      name: { "target/\($0.fleetSet)/\($0.target)" }, table: Tables.periods)
  }
}
