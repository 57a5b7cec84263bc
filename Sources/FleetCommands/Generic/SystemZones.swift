internal import FleetModel
internal import Foundation

/// The time zones that this machine knows.
enum SystemZones {
  /// Their names, for `lint`; nil where there is no time zone database, and then no name is judged here.
  static var catalogue: ZoneCatalogue? {
    guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/tzdata.zi") else { return nil }
    return ZoneCatalogue(compactText: String(decoding: data, as: UTF8.self))
  }
}
