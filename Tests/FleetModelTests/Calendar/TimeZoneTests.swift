import FleetModel
import Foundation
import Testing

@Suite("Time zones")
struct TimeZoneTests {
  private func utc(_ text: String) throws -> FleetModel.Instant {
    TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: text)))
  }

  @Test(
    "a local time that does not exist moves on, one that exists twice is the first",
    arguments: [
      // Europe: 29 March 01:00Z and 25 October 01:00Z.
      ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
      ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
      ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
      ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
      ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
      ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
      // America: 8 March 07:00Z and 1 November 06:00Z.
      ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
      ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
      ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
      // Lord Howe goes by half an hour: 4 April 15:00Z back, 3 October 15:30Z forward.
      ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
      ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30"),
      ("Australia/Lord_Howe", "2026-10-04T02:00", "2026-10-03T15:30"),
      ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
      ("Australia/Lord_Howe", "2026-10-04T02:45", "2026-10-03T15:45"),
      // Years that the files leave to their rule.
      ("Europe/Berlin", "2061-07-01T12:00", "2061-07-01T10:00"),
      ("America/New_York", "2061-01-15T12:00", "2061-01-15T17:00"),
      ("Asia/Kathmandu", "2026-06-01T00:00", "2026-05-31T18:15"),
    ])
  func local(zone: String, local: String, expected: String) throws {
    let rules = try SystemZone.rules(zone)
    #expect(rules.instant(of: try #require(CivilMinute(text: local))) == (try utc(expected)))
  }

  @Test(
    "offsets are Foundation's",
    arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
  func offsets(name: String) throws {
    let rules = try SystemZone.rules(name)
    let other = try #require(TimeZone(identifier: name))
    // Every 37 hours from 1990 to 2060 meets both sides of every change.
    for seconds in stride(from: 631_152_000, to: 2_840_140_800, by: 133_200) {
      let expected = other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      let found = rules.offset(at: FleetModel.Instant(millisecondsSinceEpoch: Int64(seconds) * 1_000))
      guard found != expected else { continue }
      Issue.record("\(name) at \(seconds): \(found), expected \(expected)")
      return
    }
  }

  @Test("every zone of the machine is read")
  func allZones() throws {
    let list = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/tzdata.zi"))
    let catalogue = ZoneCatalogue(compactText: String(decoding: list, as: UTF8.self))
    #expect(catalogue.names.count > 500 && catalogue.version.hasPrefix("20"))
    for name in catalogue.names.sorted() {
      #expect(ZoneCatalogue.isName(name))
      _ = try SystemZone.rules(name)
    }
  }

  @Test("bytes that are no zone are refused")
  func damaged() throws {
    let data = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin"))
    let bytes = [UInt8](data)
    for length in stride(from: 0, to: bytes.count - 1, by: 7) {
      #expect(TimeZoneRules(name: "x", bytes: Array(bytes[..<length])) == nil)
    }
    for place in 0..<64 {
      var damaged = bytes
      damaged[place] ^= 0xFF
      _ = TimeZoneRules(name: "x", bytes: damaged)
    }
    for name in ["../etc/passwd", "", "/etc/passwd", "a b", "Europe/../x"] { #expect(!ZoneCatalogue.isName(name)) }
  }
}
