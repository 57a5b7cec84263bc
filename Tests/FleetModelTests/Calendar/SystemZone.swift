import FleetModel
import FoundationEssentials
import Testing

/// The zones of this machine's database.
enum SystemZone {
  static func rules(_ name: String) throws -> TimeZoneRules {
    let data = try #require(
      FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"), "the package tzdata is not installed")
    return try #require(TimeZoneRules(name: name, bytes: [UInt8](data)))
  }
}
