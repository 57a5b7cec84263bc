import FleetModel
import Foundation

/// The zones of this machine's database.
enum SystemZones {
  static func rules(_ name: String) throws(Refused) -> TimeZoneRules {
    guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"),
      let rules = TimeZoneRules(name: name, bytes: [UInt8](data))
    else { throw Refused("the package tzdata, or \(name) in it, is not installed") }
    return rules
  }
}
