import FleetCharts
import FleetModel
import FleetPorts
import FleetPrograms
import FleetTestSupport
import Foundation
import Manifest
import Testing

/// HTTP repositories, with the real helm.
@Suite(.enabled(if: ChartFixture.isAvailable)) struct ChartRepositoryTests {
  @Test func aRangeMeansTheHighestVersionUntilTheIndexIsFetchedAgain() async throws {
    try await ChartFixture.with { fixture in
      try await fixture.publish("shop", "1.0.0", "1.2.0", "2.0.0", "1.3.0-rc.1")
      try await withReader { reader in
        let repository = charts(fixture.url)
        let first = try await reader.fetch(repository, credential: nil)
        let found = try await reader.resolve("^1.0", in: repository)
        #expect(found.version == ChartVersion(name: "shop", version: "1.2.0"))
        #expect(found.commit.title == "shop 1.2.0")
        let archive = try Data(contentsOf: URL(fileURLWithPath: fixture.folder + "/shop-1.2.0.tgz"))
        #expect(found.commit.id.hexadecimal == Digest.sha256([UInt8](archive)).hexadecimal)
        #expect(found.tree.committedAt == found.commit.committedAt)
        #expect(
          try found.tree.files(under: "shop").map(\.path) == [
            "shop/Chart.yaml", "shop/templates/config.yaml", "shop/values.yaml",
          ])
        #expect(try found.tree.directories(under: "") == ["shop", "shop/templates"])
        #expect(try found.tree.objectID(of: "shop/none") == nil)

        try await fixture.publish("shop", "1.4.0")
        #expect(try await reader.resolve("^1.0", in: repository).version.version == "1.2.0")
        #expect(try await reader.fetch(repository, credential: nil).digest != first.digest)
        #expect(try await reader.resolve("^1.0", in: repository).version.version == "1.4.0")
        // An index that says the same at another time is the same.
        let before = try #require(await reader.snapshot(of: repository)).digest
        try await fixture.index()
        #expect(try await reader.fetch(repository, credential: nil).digest == before)
      }
    }
  }

  @Test func whatIsKeptNeedsNoServer() async throws {
    try await withReader { reader in
      let (repository, pin) = try await ChartFixture.with { fixture in
        try await fixture.publish("shop", "1.0.0")
        let repository = charts(fixture.url)
        return (repository, try await reader.resolve("*", in: repository))
      }
      #expect(try await reader.resolve(">=1", in: repository).commit == pin.commit)
      let again = try await reader.tree(of: pin.version, archive: pin.commit.id, in: repository, credential: nil)
      #expect(try again.objectID(of: "shop") == pin.tree.objectID(of: "shop"))
      let error = await failure { _ = try await reader.fetch(repository, credential: nil) }
      #expect(error?.code == .unreachable, "\(String(describing: error))")
    }
  }

  @Test func aVersionThatWasPushedAnewIsAnotherArchive() async throws {
    try await ChartFixture.with { fixture in
      try await fixture.publish("shop", "1.0.0")
      let repository = charts(fixture.url)
      let pin = try await withReader { try await $0.resolve("1.0.0", in: repository) }
      try await fixture.publish("shop", "1.0.0", text: "second")
      try await withReader { reader in
        let moved = try await reader.resolve("1.0.0", in: repository)
        #expect(moved.commit.id != pin.commit.id)
        // This reader never saw the first archive.
        let error = await failure {
          _ = try await reader.tree(of: pin.version, archive: pin.commit.id, in: repository, credential: nil)
        }
        #expect(error?.code == .commitNotFound)
        #expect(error?.message.contains("shop 1.0.0 is not what it was") == true, "\(String(describing: error))")
      }
      // The index says one thing and the server gives another.
      try await fixture.package("shop", "1.0.0", text: "third", into: fixture.folder)
      try await withReader { reader in
        let error = await failure { _ = try await reader.resolve("1.0.0", in: repository) }
        #expect(error?.message.contains("the repository's index says") == true, "\(String(describing: error))")
      }
    }
  }

  @Test func anIndexWithoutDigestsIsReadToo() async throws {
    try await ChartFixture.with { fixture in
      try await fixture.publish("shop", "1.0.0")
      let index = fixture.folder + "/index.yaml"
      let lines = try String(contentsOfFile: index, encoding: .utf8).split(separator: "\n")
      try lines.filter { !$0.contains("digest:") }.joined(separator: "\n")
        .write(toFile: index, atomically: true, encoding: .utf8)
      try await withReader { reader in
        let first = try await reader.resolve("1", in: charts(fixture.url))
        try FileManager.default.removeItem(atPath: fixture.folder + "/shop-1.0.0.tgz")
        #expect(try await reader.resolve("1", in: charts(fixture.url)).commit == first.commit)
      }
    }
  }

  @Test func whatIsNotThereIsSaidWithWhatIs() async throws {
    try await ChartFixture.with { fixture in
      try await fixture.publish("shop", "1.0.0", "1.10.0", "1.9.0")
      try await withReader { reader in
        let repository = charts(fixture.url)
        let version = await failure { _ = try await reader.resolve("^2", in: repository) }
        #expect(version?.code == .refNotFound)
        #expect(version?.hint == "there are: 1.10.0, 1.9.0, 1.0.0")
        let chart = await failure { _ = try await reader.resolve("^1", of: "shup", in: repository) }
        #expect(chart?.hint == "did you mean \"shop\"?")
        let range = await failure { _ = try await reader.resolve("newest", in: repository) }
        #expect(range?.code == .invalid)
        let branch = await failure {
          _ = try await reader.chart("shop", at: .branch("main"), known: nil, in: repository, credential: nil)
        }
        #expect(branch?.code == .invalid)
        let nothing = await failure { _ = try await reader.fetch(charts(fixture.url + "/none"), credential: nil) }
        #expect(nothing?.code == .repositoryNotFound, "\(String(describing: nothing))")
      }
    }
  }

  @Test func limitsHold() async throws {
    try await ChartFixture.with { fixture in
      try await fixture.publish("shop", "1.0.0")
      try await withReader(change: { $0.archiveLimitBytes = 100 }) { reader in
        let error = await failure { _ = try await reader.resolve("1", in: charts(fixture.url)) }
        #expect(error?.message.contains("at most 100 are allowed") == true, "\(String(describing: error))")
      }
      try await withReader(change: { $0.unpackedLimitBytes = 100 }) { reader in
        let error = await failure { _ = try await reader.resolve("1", in: charts(fixture.url)) }
        #expect(error?.message.contains("cannot be unpacked") == true, "\(String(describing: error))")
      }
      try await withReader(change: { $0.programFolders = ["/none"] }) { reader in
        guard (try? ProgramSearch.find("helm")) == nil else { return }
        let error = await failure { _ = try await reader.fetch(charts(fixture.url), credential: nil) }
        #expect(error?.hint == "install helm 3.13 or newer")
      }
      try await withReader(allowsLoopback: false) { reader in
        let error = await failure { _ = try await reader.fetch(charts(fixture.url), credential: nil) }
        #expect(error?.code == .notAllowed)
      }
      // Of two archives only the one used last is kept.
      try await fixture.publish("shop", "2.0.0")
      try await withReader(change: { $0.keptLimitBytes = 1 }) { reader in
        let repository = charts(fixture.url)
        let first = try await reader.resolve("1", in: repository)
        _ = try await reader.resolve("2", in: repository)
        try await fixture.remove("shop", "1.0.0")
        _ = try await reader.fetch(repository, credential: nil)
        let error = await failure {
          _ = try await reader.tree(of: first.version, archive: first.commit.id, in: repository, credential: nil)
        }
        #expect(error != nil)
      }
    }
  }

  @Test func theCredentialIsGivenToTheServerAndToNobodyElse() async throws {
    let index = "apiVersion: v1\nentries:\n  shop:\n  - {name: shop, version: 1.0.0, urls: [shop-1.0.0.tgz]}\n"
    try await AnswerServer.with([Answer("GET /index.yaml", body: index)]) { server in
      try await withReader { reader in
        let repository = charts(server.base, credential: "reader")
        _ = try await reader.fetch(repository, credential: .password(user: "kim", password: "s3cret"))
        #expect(server.seen.last?.headers["authorization"] == "Basic a2ltOnMzY3JldA==")
        server.replace([Answer("GET /index.yaml", status: 401, body: "no")])
        let error = await failure {
          _ = try await reader.fetch(repository, credential: .password(user: "kim", password: "s3cret"))
        }
        #expect(error?.code == .authentication, "\(String(describing: error))")
        #expect(error?.description.contains("s3cret") == false)
        let key = await failure {
          _ = try await reader.fetch(repository, credential: .ssh(privateKey: "k", knownHosts: "h"))
        }
        #expect(key?.code == .invalid)
        server.replace([Answer("GET /index.yaml", body: "<html>hello</html>")])
        let page = await failure { _ = try await reader.fetch(charts(server.base), credential: nil) }
        #expect(page?.code == .invalid, "\(String(describing: page))")
        // An archive must not lie where the repository itself may not.
        server.replace([
          Answer("GET /index.yaml", body: index.replacing("shop-1.0.0.tgz", with: "http://169.254.169.254/x.tgz"))
        ])
        let metadata = await failure { _ = try await reader.resolve("1", in: charts(server.base)) }
        #expect(metadata?.code == .notAllowed, "\(String(describing: metadata))")
      }
    }
  }
}
