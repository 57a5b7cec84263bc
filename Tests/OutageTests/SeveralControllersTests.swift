import FleetModel
import FleetPostgres
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// Any number of controllers over one database (R26), with the programs that users run.
@Suite("Several controllers", .timeLimit(.minutes(5)))
struct SeveralControllersTests {
  private struct Outcome: Equatable {
    var orders: [String]
    var greetings: [String: String]
  }

  @Test("random kill -9 among three controllers changes neither what is ordered nor what runs in the end")
  func kills() async throws {
    let undisturbed = try await rollOut(killing: nil)
    let disturbed = try await rollOut(killing: UInt64.random(in: 0...999_999))
    #expect(disturbed == undisturbed)
    #expect(undisturbed.greetings.values.allSatisfy { $0 == "second" })
    #expect(undisturbed.orders.count == 2 * undisturbed.greetings.count, "\(undisturbed.orders)")
  }

  /// Two releases to every cluster, the second while controllers are killed at random and started anew.
  private func rollOut(killing seed: UInt64?) async throws -> Outcome {
    try await TestDatabase.with { database in
      try await OutageFleet.with(
        clusters: 8, controllers: 3, database: database.url, controllersUse: database.url
      ) { fleet in
        let first = try await fleet.commit("first")
        try await fleet.apply()
        try await fleet.watch(first)
        let second = try await fleet.commit("second")
        try await withThrowingTaskGroup(of: Int.self) { group in
          if let seed { group.addTask { try await killAtRandom(fleet, seed: seed) } }
          try await fleet.watch(second)
          group.cancelAll()
          let kills = try await group.next() ?? 0
          if let seed {
            print("\(kills) controllers killed, seed \(seed)")
            #expect(kills >= 3, "the rollout ended before it was disturbed")
          }
        }
        let orders = try await fleet.orders()
        let difference = try fleet.received().symmetricDifference(orders).sorted()
        #expect(difference == [], "every order was committed, and received")
        return Outcome(orders: orders, greetings: try await fleet.greetings())
      }
    }
  }

  /// Kills and starts controllers until it is cancelled; answers how often.
  private func killAtRandom(_ fleet: OutageFleet, seed: UInt64) async throws -> Int {
    var random = SplitMix(state: seed)
    var kills = 0
    while !Task.isCancelled {
      let victim = Int.random(in: fleet.controllers.urls.indices, using: &random)
      try await fleet.controllers.kill(victim)
      kills += 1
      try? await Task.sleep(for: .milliseconds(Int.random(in: 0...700, using: &random)))
      try await fleet.controllers.start(victim)
      try? await Task.sleep(for: .milliseconds(Int.random(in: 300...1_500, using: &random)))
    }
    return kills
  }

  @Test("what a killed controller was at work on is another one's within 30 seconds")
  func moves() async throws {
    try await TestDatabase.with { database in
      try await GitFixture.with { repository in
        let programs = Programs(folder: repository.folder, database: database.url)
        do { try await move(programs, database.url) } catch {
          await programs.end()
          throw error
        }
        await programs.end()
      }
    }
  }

  /// The work is to fetch from a Git server that never answers.
  private func move(_ programs: Programs, _ database: String) async throws {
    let server = try #require(GitSilentServer())
    let first = try await programs.controller("first", "--migrate", "auto")
    try Data(
      """
      apiVersion: flotilla.dev/v1
      kind: Repository
      metadata: {name: silent}
      spec: {url: 'http://127.0.0.1:\(server.port)/shop.git'}
      """.utf8
    ).write(to: URL(fileURLWithPath: programs.folder + "/silent.yaml"))
    try await programs.flotilla("apply", "-f", programs.folder + "/silent.yaml")
    func holders() async throws -> [[String]] {
      try await PostgresScript.rows(
        "SELECT claimed_by FROM work WHERE kind = 'repository' AND claimed_until > now()", url: database)
    }
    try await within(.seconds(30), "the first controller fetches") { try await holders() == [["1"]] }
    try await programs.controller("second", "--migrate", "auto")
    // A claim is good for 15 seconds: after 20 it was renewed. The other one does not take it meanwhile.
    let renewedAt = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < renewedAt {
      #expect(try await holders() == [["1"]])
      try await Task.sleep(for: .milliseconds(500))
    }
    first.send(signal: 9)
    let took = try await within(.seconds(30), "the second controller fetches") { try await holders() == [["2"]] }
    print("the work of a killed controller moved after \(took.text)")
  }
}

/// Small random numbers that a seed repeats.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
