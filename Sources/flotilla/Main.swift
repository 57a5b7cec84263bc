internal import FleetCommands

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// The command line of Flotilla; everything is in FleetCommands.
@main
enum Main {
  static func main() async {
    exit(await Flotilla.run(Array(CommandLine.arguments.dropFirst())))
  }
}
