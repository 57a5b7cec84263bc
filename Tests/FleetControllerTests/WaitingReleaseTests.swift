import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Logging
import Testing

/// Releases that no run is for yet, with their places and reasons (R22).
@Suite("R22 releases that wait") struct WaitingReleaseTests {
  private static func waiting(_ controller: ControllerFixture) async throws -> [WaitingRelease] {
    try await RolloutService(store: controller.store, logger: Logger(label: "flotilla.test"))
      .waiting("shop", in: .defaultProject)
  }

  private static func release(_ number: Int, _ controller: ControllerFixture) async throws -> String {
    try await controller.git.commit(ControllerFixture.manifest(image: "shop:\(number)"), to: "web/web.yaml")
    try await controller.poll()
    let newest = try await controller.set().newestRelease
    return try #require(newest).shortName
  }

  @Test("a queue has places; who is behind another says behind whom", arguments: ["queue", "coalesce"])
  func places(policy: String) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(more: ", onNewRevision: \(policy)"))
      #expect(try await Self.waiting(controller) == [])
      _ = try await Self.release(2, controller)
      #expect(try await Self.waiting(controller) == [])
      let third = try await Self.release(3, controller)
      let fourth = try await Self.release(4, controller)
      let first = WaitingRelease(position: 1, release: third, reason: "shop/2 goes first")
      let expected =
        policy == "queue"
        ? [first, WaitingRelease(position: 2, release: fourth, reason: "release \(third) goes before it")]
        : [WaitingRelease(position: 1, release: fourth, reason: "shop/2 goes first")]
      #expect(try await Self.waiting(controller) == expected)
      try await controller.confirm()
      #expect(try await Self.waiting(controller) == [])
    }
  }

  @Test func aManualSetSaysThatItWaitsForAStart() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await controller.apply(ControllerFixture.fleetSet(more: ", trigger: manual"))
      let release = try await Self.release(2, controller)
      let waiting = try await Self.waiting(controller)
      #expect(waiting.map(\.release) == [release])
      #expect(waiting.first?.reason == "`trigger: manual`: waits for `flotilla rollout start`")
    }
  }

  @Test func nothingWaitsOfASetThatIsNotThere() async throws {
    try await ControllerFixture.with { controller in
      let waiting = try await Self.waiting(controller)
      #expect(waiting == [])
    }
  }
}
