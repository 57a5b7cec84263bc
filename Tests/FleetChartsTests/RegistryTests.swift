import FleetCharts
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Testing

/// OCI registries, with the real helm and Debian's registry.
@Suite(.enabled(if: ChartFixture.isAvailable && RegistryServer.isAvailable)) struct ChartRegistryTests {
  static func push(_ fixture: ChartFixture, to registry: RegistryServer, _ versions: String..., text: String = "first")
    async throws
  {
    for version in versions {
      let archive = try await fixture.package("shop", version, text: text, into: fixture.folder)
      try await fixture.helm("push", archive, "oci://\(registry.address)/team/charts", "--plain-http")
    }
  }

  @Test func aRangeIsAskedForOncePerPoll() async throws {
    try await ChartFixture.with { fixture in
      try await RegistryServer.with(folder: fixture.folder + "/..") { registry in
        try await Self.push(fixture, to: registry, "1.0.0", "1.2.0", "2.0.0", "1.3.0-rc.1")
        try await withReader { reader in
          let repository = charts("oci://\(registry.address)/team/charts/")
          #expect(repository.isRegistry)
          #expect(
            try await reader.fetch(repository, credential: nil).digest == reader.snapshot(of: repository)?.digest)
          let found = try await reader.resolve("^1.0", in: repository)
          #expect(found.version == ChartVersion(name: "shop", version: "1.2.0"))
          #expect(try found.tree.objectID(of: "shop/Chart.yaml") != nil)
          try await Self.push(fixture, to: registry, "1.4.0")
          // What was said is good for a poll interval …
          #expect(try await reader.resolve("^1.0", in: repository).version.version == "1.2.0")
          // … unless another controller has found something else meanwhile.
          let other = try await reader.chart(
            "shop", at: .named("^1.0"), known: CommitID(hexadecimal: String(repeating: "a", count: 64)), in: repository,
            credential: nil)
          #expect(other.version.version == "1.4.0")
          let soon = charts(repository.url, pollInterval: .zero)
          #expect(try await reader.resolve("*", in: soon).version.version == "2.0.0")
          try await Self.push(fixture, to: registry, "2.1.0+build.5")
          #expect(try await reader.resolve("*", in: soon).version.version == "2.1.0+build.5")
          let nested = try await reader.resolve(
            "1.0.0", of: "charts/shop", in: charts("oci://\(registry.address)/team"))
          #expect(try nested.tree.files(under: "charts/shop").count == 3)
          let none = await failure { _ = try await reader.resolve("^9", in: repository) }
          #expect(none?.code == .refNotFound, "\(String(describing: none))")
          let exact = await failure { _ = try await reader.resolve("9.9.9", in: repository) }
          #expect(exact?.code == .refNotFound, "\(String(describing: exact))")
          let unknown = await failure { _ = try await reader.resolve("^1", of: "shup", in: repository) }
          #expect(unknown?.code == .refNotFound, "\(String(describing: unknown))")
        }
      }
    }
  }

  @Test func aTagThatWasMovedIsNotThePin() async throws {
    try await ChartFixture.with { fixture in
      try await RegistryServer.with(folder: fixture.folder + "/..") { registry in
        try await Self.push(fixture, to: registry, "1.0.0")
        let repository = charts("oci://\(registry.address)/team/charts")
        let pin = try await withReader { try await $0.resolve("1.0.0", in: repository) }
        try await Self.push(fixture, to: registry, "1.0.0", text: "second")
        try await withReader { reader in
          let error = await failure {
            _ = try await reader.tree(of: pin.version, archive: pin.commit.id, in: repository, credential: nil)
          }
          #expect(error?.code == .commitNotFound, "\(String(describing: error))")
        }
      }
    }
  }

  @Test func aRegistryThatIsDownStopsNothingButNews() async throws {
    try await ChartFixture.with { fixture in
      try await withReader { reader in
        let repository = try await RegistryServer.with(folder: fixture.folder + "/..") { registry in
          try await Self.push(fixture, to: registry, "1.0.0")
          let repository = charts("oci://\(registry.address)/team/charts", pollInterval: .zero)
          _ = try await reader.resolve("^1", in: repository)
          return repository
        }
        #expect(try await reader.resolve("^1", in: repository).version.version == "1.0.0")
        let error = await failure { _ = try await reader.resolve("^2", in: repository) }
        #expect(error?.code == .unreachable, "\(String(describing: error))")
      }
    }
  }

  @Test func theCredentialIsNeededAndSeenAtTheFetch() async throws {
    try await ChartFixture.with { fixture in
      let folder = fixture.folder + "/.."
      try await RegistryServer.with(folder: folder) { try await Self.push(fixture, to: $0, "1.0.0") }
      try await RegistryServer.with(folder: folder, asksForPassword: true) { registry in
        try await withReader { reader in
          let repository = charts("oci://\(registry.address)/team/charts", credential: "reader")
          let right = SourceCredential.password(user: RegistryServer.user, password: RegistryServer.password)
          _ = try await reader.fetch(repository, credential: right)
          #expect(try await reader.resolve("^1", in: repository, credential: right).version.version == "1.0.0")
          for (range, credential) in [
            ("1.0.*", nil), ("=1.0.0", SourceCredential.password(user: "kim", password: "wr0ng")),
          ] {
            let error = await failure { _ = try await reader.resolve(range, in: repository, credential: credential) }
            #expect(error?.code == .authentication, "\(String(describing: error))")
            #expect(error?.description.contains("wr0ng") == false)
          }
          let login = await failure {
            _ = try await reader.fetch(repository, credential: .password(user: "kim", password: "wr0ng"))
          }
          #expect(login?.code == .authentication, "\(String(describing: login))")
        }
      }
    }
  }
}
