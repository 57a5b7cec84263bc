import FleetCharts
import FleetModel
import FleetPorts
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// What a range means, against helm's own choice.
@Suite(.enabled(if: ChartFixture.isAvailable)) struct ChartRangeTests {
  static let versions = [
    "0.0.1", "0.0.3", "0.1.0", "0.2.4", "1.0.0", "1.2.0", "1.2.3", "1.2.10", "1.3.0-rc.1", "1.3.0", "2.0.0-alpha.1",
    "2.0.0", "2.1.0+build.5", "3.0.0-beta.2",
  ]
  static let ranges = [
    "*", "^1.2", "~1.2.3", "1.2.x", "1.2", "1", ">=1.0 <2.0", ">=1.0.0, <2.0.0", ">1.2", "<=1.2", "1.2 - 1.3",
    ">=1.3.0-0", "^1.3.0-0", "^0.0", "^0.0.1", "^0", "~0", "!=2.1.0", "=1.2", "^3", "<2.0.0-0", "~>1.2", "=>1.0",
    "1.x || 2.0.x", ">=3.0.0-alpha", "^2.0.0-alpha <3", "v1.2.3", "1.2.3", ">=1.2.3-0", "3.0.0-beta.2", "2.1.0",
    ">= 1.0, != 1.3.0, < 2", "9.9.9", "=<1.0", "!=2.x", ">=1.2 !=2.x", "!=1.2 <2", ">=1.0.0 !=1.2.x <1.3.0",
  ]

  @Test func rangesMeanWhatTheyMeanToHelm() async throws {
    try await ChartFixture.with { fixture in
      for version in Self.versions { try await fixture.publish("shop", version, indexed: false) }
      try await fixture.index()
      try await fixture.helm("repo", "add", "charts", fixture.url)
      try await withReader { reader in
        for range in Self.ranges {
          let said = try await fixture.helm("search", "repo", "charts/shop", "--version", range, "--output", "json")
          let own = try? await reader.resolve(range, in: charts(fixture.url)).version.version
          if let own {
            #expect(said.contains("\"version\":\"\(own)\""), "\(range): \(own), helm: \(said)")
          } else {
            #expect(!said.contains("\"version\""), "\(range): nothing, helm: \(said)")
          }
        }
        // On purpose not what helm 4 says: below 2.0.0 nobody means its pre-releases (decision 49).
        #expect(try await reader.resolve(">=1.3.0-0 <2.0.0", in: charts(fixture.url)).version.version == "1.3.0")
        let head = try await reader.chart("shop", at: .head, known: nil, in: charts(fixture.url), credential: nil)
        #expect(head.version.version == "2.1.0+build.5")
      }
    }
  }
}
