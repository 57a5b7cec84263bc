import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Logging
import NIOHTTP1
import FleetPostgres
import Testing

@testable import FleetServer

@Suite struct AccessTests {
  /// The path of a route with harmless parameters.
  private static func path(_ route: Route) -> String {
    route.path.split(separator: "/").map { part in
      switch part {
      case "{project}": "default"
      case "{number}": "latest"
      case "{digest}": String(repeating: "0", count: 64)
      default: part.hasPrefix("{") ? "nothing" : String(part)
      }
    }.reduce("") { $0 + "/" + $1 }
  }

  @Test func everyRouteWantsItsRight() async throws {
    try await ServerFixture.with { server in
      for route in Routes.all {
        let path = Self.path(route)
        let stranger = try await server.send(route.method.rawValue, path)
        switch route.access {
        case .open: #expect(stranger.status == 200, "\(route.id)")
        case .webhook: #expect(stranger.status == 401, "\(route.id)")
        case .agentProof: #expect([400, 401].contains(stranger.status), "\(route.id): \(stranger.text)")
        case .agentSession:
          #expect(stranger.status == 401, "\(route.id)")
          let user = try await server.send(route.method.rawValue, path, right: .admin)
          #expect(user.status == 401, "\(route.id) takes a user's token")
        case .right(let right):
          #expect(stranger.status == 401, "\(route.id)")
          #expect(try stranger.envelope().code == .unauthenticated)
          for given in AccessRight.allCases where given < right {
            let answer = try await server.send(route.method.rawValue, path, right: given)
            #expect(answer.status == 403, "\(route.id) lets \(given.rawValue) in")
          }
        }
      }
    }
  }

  @Test func enoughRightIsLetIn() async throws {
    try await ServerFixture.with { server in
      for route in Routes.all where route.id != "streamEvents" {
        guard case .right(let right) = route.access else { continue }
        let answer = try await server.send(route.method.rawValue, Self.path(route), right: right)
        #expect(![401, 403, 429, 500, 503].contains(answer.status), "\(route.id): \(answer.status) \(answer.text)")
      }
    }
  }

  @Test func theFirstStartLeavesAPrivateAdminToken() async throws {
    let folder = NSTemporaryDirectory() + "flotilla-token-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await TestDatabase.with { database in
      let path = folder + "/token"
      let first = FirstToken(store: database.store, path: path, logger: Logger(label: "test"))
      try await first.ensure()
      let token = String(decoding: try #require(try PrivateFile.read(path)), as: UTF8.self).filter { !$0.isNewline }
      #expect(try await database.store.principal(tokenHash: TokenHasher.hash(token))?.right == .admin)
      try await first.ensure()
      #expect(try await database.store.tokens().map(\.name) == ["admin"])
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func aTokenFileOfACrashedFirstStartIsTakenUp() async throws {
    let folder = NSTemporaryDirectory() + "flotilla-token-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await TestDatabase.with { database in
      let token = TokenHasher.makeToken()
      #expect(try PrivateFile.create(folder + "/token", content: Array(token.utf8)))
      try await FirstToken(store: database.store, path: folder + "/token", logger: Logger(label: "test")).ensure()
      #expect(try await database.store.principal(tokenHash: TokenHasher.hash(token))?.name == "admin")
    }
  }

  @Test func tokensAreMadeListedAndRevoked() async throws {
    try await ServerFixture.with { server in
      let made = try await server.call(
        Routes.createToken, Routes.createToken.path(),
        TokenRequest(name: "kim", right: .approve, groups: ["sre"], gitIdentities: ["kim@example.com"]))
      #expect(made.status == 201)
      let token = try made.decode(TokenCreated.self).token
      let who = try await server.call(Routes.whoAmI, Routes.whoAmI.path(), token: token)
      #expect(
        try who.decode(WhoAmI.self)
          == WhoAmI(name: "kim", right: .approve, groups: ["sre"], gitIdentities: ["kim@example.com"]))
      let again = try await server.call(
        Routes.createToken, Routes.createToken.path(), TokenRequest(name: "kim", right: .read))
      #expect(again.status == 409)
      let list = try await server.call(Routes.listTokens, Routes.listTokens.path())
      #expect(try list.decode(ListPage<TokenResource>.self).items.map(\.name).contains("kim"))
      #expect(!list.text.contains(token))
      #expect(try await server.call(Routes.revokeToken, Routes.revokeToken.path("kim")).status == 200)
      #expect(try await server.call(Routes.whoAmI, Routes.whoAmI.path(), token: token).status == 401)
    }
  }

  @Test func guessingIsSlowedDown() async throws {
    let clock = HeldClock()
    try await ServerFixture.with { configuration in
      configuration.failureRate = .init(burst: 3, perSecond: 1)
      configuration.rateClock = clock.now
    } _: { server in
      func guesses(_ count: Int) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<count {
          statuses.append(
            try await server.call(Routes.whoAmI, Routes.whoAmI.path(), token: TokenHasher.makeToken()).status)
        }
        return statuses
      }
      let first = try await guesses(5)
      #expect(first == [401, 401, 401, 429, 429])
      clock.advance(by: .seconds(1))
      let later = try await guesses(2)
      #expect(later == [401, 429])
    }
  }

  @Test func aPrincipalHasARate() async throws {
    let clock = HeldClock()
    try await ServerFixture.with { configuration in
      configuration.principalRate = .init(burst: 2, perSecond: 1)
      configuration.rateClock = clock.now
    } _: { server in
      func ask(_ right: AccessRight = .read) async throws -> ServerFixture.Answer {
        try await server.call(Routes.whoAmI, Routes.whoAmI.path(), right: right)
      }
      for _ in 0..<2 { #expect(try await ask().status == 200) }
      let refused = try await ask()
      #expect(refused.status == 429)
      #expect(try refused.envelope().code == .rateLimited)
      #expect(refused.headers.first(name: "Retry-After") != nil)
      #expect(try await ask(.admin).status == 200, "another principal has a rate of its own")
      clock.advance(by: .seconds(1))
      #expect(try await ask().status == 200)
      #expect(try await ask().status == 429)
    }
  }

  @Test func plaintextOnANetworkIsRefused() {
    var configuration = ServerConfiguration(controller: 1, version: "test")
    configuration.host = "0.0.0.0"
    #expect(configuration.problem != nil)
    configuration.plaintextIKnow = true
    #expect(configuration.problem == nil)
    configuration.plaintextIKnow = false
    configuration.tls = .init(certificate: "c", key: "k")
    #expect(configuration.problem == nil)
    #expect(ServerConfiguration(controller: 1, version: "test").problem == nil)
  }
}
