internal import FleetModel
public import FleetPorts
internal import Foundation
public import Logging

/// Brings this machine's time zone database to the store, so that all controllers reckon windows alike (R21). A newer
/// database replaces an older one, whoever has it.
public struct TimeZoneLoader: Sendable {
  let store: any ControlStore
  let folder: String
  let logger: Logger

  /// Makes a loader; `folder` holds compiled zone files and `tzdata.zi`.
  public init(store: any ControlStore, folder: String = "/usr/share/zoneinfo", logger: Logger) {
    self.store = store
    self.folder = folder
    self.logger = logger
  }

  /// Reads the zones and stores them when the store has older ones, or none. Without a database here it changes nothing.
  public func load() async throws {
    guard let list = FileManager.default.contents(atPath: folder + "/tzdata.zi") else {
      return logger.warning("there is no time zone database here; windows use what another controller stored")
    }
    let catalogue = ZoneCatalogue(compactText: String(decoding: list, as: UTF8.self))
    if try await store.timeZoneCatalogue().version >= catalogue.version { return }
    let zones = catalogue.names.sorted().compactMap { name -> TimeZoneFile? in
      guard ZoneCatalogue.isName(name), let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        return nil
      }
      let bytes = [UInt8](data)
      return TimeZoneRules(name: name, bytes: bytes) == nil ? nil : TimeZoneFile(name: name, bytes: bytes)
    }
    if try await store.storeTimeZones(zones, version: catalogue.version) {
      logger.info("time zones stored", metadata: ["version": "\(catalogue.version)", "zones": "\(zones.count)"])
    }
  }
}
