import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// R24 and R25 over a real database: what leaves a set, what a bundle loses, and who owns an object.
@Suite("R23, R24, R25 over a real database") struct RemovalTests {
  private static let inTest = "[{clusters: {selector: {matchLabels: {env: test}}}}]"

  /// The order that a cluster would get now for its only target that has one.
  private static func order(_ cluster: ClusterName, _ controller: ControllerFixture) async throws -> [Order] {
    let inventory = try await controller.store.inventory(of: .defaultProject)
    let found = try #require(inventory.first { $0.name == cluster })
    return try await controller.store.orders(for: found.id, above: [:])
  }

  private static func relabel(_ clusters: [String], _ env: String, _ controller: ControllerFixture) async throws {
    try await controller.apply(ControllerFixture.clusters(clusters, labels: "env: \(env)"))
    try await controller.settle()
  }

  private static func targetNames(_ controller: ControllerFixture) async throws -> [String] {
    let page = try await controller.store.targets(of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 100)
    return page.elements.map { $0.name.rawValue + ($0.isAbandoned ? " (abandoned)" : "") }
  }

  @Test func whoLeavesWithinTheBudgetIsRemovedByARunOfItsOwn() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(generators: Self.inTest, more: ", budgets: {removals: 1}"))
      try await Self.relabel(["west"], "other", controller)
      let removal = try #require(try await controller.rollout())
      #expect(removal.run.kind == .remove && removal.run.state == .running)
      let order = try #require(try await Self.order("west", controller).first)
      #expect(order.action == .remove && order.bundle == nil)
      #expect(order.mayPrune == ["apps/Deployment/shop/web"])
      #expect(try await Self.targetNames(controller) == ["web-east", "web-west (abandoned)"])
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(try await Self.targetNames(controller) == ["web-east"])
      // It comes back, and is rolled out again.
      try await Self.relabel(["west"], "test", controller)
      #expect(try await Self.order("west", controller).map(\.action) == [.apply])
      try await controller.confirm()
      #expect(try await Self.targetNames(controller) == ["web-east", "web-west"])
    }
  }

  @Test func aShrinkBeyondTheBudgetWaitsForAPersonAndNamesWhoLeaves() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(generators: Self.inTest))
      let release = try await controller.set().newestRelease
      try await Self.relabel(["west"], "other", controller)
      let condition = try await controller.condition()
      #expect(condition.reason == "ShrinkNeedsApproval" && !condition.isReady)
      #expect(condition.message.contains("1 of 2 targets would leave, without a person's word 0 may: web-west on west"))
      #expect(try await controller.set().newestRelease == release)
      let shrink = try #require(try await controller.set().shrink)
      #expect(shrink.leaving == ["web-west on west"])
      let other = try #require(Digest(hexadecimal: String(repeating: "0", count: 64)))
      await #expect(throws: StoreError.self) {
        try await controller.store.acceptShrink(other, of: "shop", in: .defaultProject, cause: StoreFixture.cause)
      }
      // A commit meanwhile changes nothing about who leaves; nothing goes on without the person's word.
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      #expect(try await controller.set().shrink?.expansion == shrink.expansion)
      try await controller.store.acceptShrink(
        shrink.expansion, of: "shop", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      #expect(try await controller.condition().isReady)
      #expect(try await controller.set().shrink == nil)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.kind == .remove)
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(try await Self.targetNames(controller) == ["web-east"])
    }
  }

  @Test func nobodyLeftIsAcceptedByNameToo() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(generators: Self.inTest, more: ", budgets: {removals: 100%}"))
      try await Self.relabel(["east", "west"], "other", controller)
      #expect(try await controller.condition().reason == "EmptyExpansion")
      let shrink = try #require(try await controller.set().shrink)
      #expect(shrink.leaving.count == 2)
      try await controller.store.acceptShrink(
        shrink.expansion, of: "shop", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await Self.targetNames(controller) == [])
      #expect(try await controller.set().targetCount == 0)
    }
  }

  @Test func aSetThatKeepsListsWhoLeftAsAbandoned() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          generators: Self.inTest, more: ", budgets: {removals: 1}", also: "onRemoval: keep"))
      try await Self.relabel(["west"], "other", controller)
      #expect(try await controller.rollout()?.run.number == 1)
      #expect(try await Self.targetNames(controller) == ["web-east", "web-west (abandoned)"])
      // Changing one's mind later does not remove what was kept.
      try await controller.apply(
        ControllerFixture.fleetSet(generators: Self.inTest, more: ", budgets: {removals: 1}"))
      try await controller.settle()
      #expect(try await controller.rollout()?.run.number == 1)
    }
  }

  @Test func whoIsBackBeforeItsTurnStays() async throws {
    try await ControllerFixture.with { controller in
      let stages = "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"
      try await controller.rollOutFirst(
        clusters: ["east", "south", "west"],
        set: ControllerFixture.fleetSet(
          generators: Self.inTest, stages: stages, more: ", budgets: {removals: 2}"))
      try await Self.relabel(["east", "west"], "other", controller)
      #expect(try await Self.order("west", controller).map(\.action) == [.remove])
      #expect(try await Self.order("east", controller).map(\.action) == [.apply])
      try await Self.relabel(["east"], "test", controller)
      try await controller.confirm()
      #expect(try await Self.order("east", controller).map(\.action) == [.apply])
      #expect(try await Self.targetNames(controller) == ["web-east", "web-south"])
      let steps = try await controller.store.steps(
        of: try #require(try await controller.rollout(2)).run.id, states: [.cancelled], after: nil, limit: 10)
      #expect(steps.elements.map(\.clusterName) == ["east"])
    }
  }

  @Test func abortingARemovalKeepsWhoIsLeft() async throws {
    try await ControllerFixture.with { controller in
      let stages = "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"
      try await controller.rollOutFirst(
        clusters: ["east", "south", "west"],
        set: ControllerFixture.fleetSet(
          generators: Self.inTest, stages: stages, more: ", budgets: {removals: 2}"))
      try await Self.relabel(["east", "west"], "other", controller)
      let principal = Principal(name: "kim", right: .admin)
      _ = try await controller.service.act(
        .abort(hold: true), on: "shop", number: nil, in: .defaultProject, by: principal, reason: "not those")
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .aborted)
      #expect(try await controller.rollout()?.run.number == 2, "nothing starts it again")
      #expect(try await Self.order("east", controller).map(\.action) == [.apply])
      #expect(try await controller.set().newestRelease?.hold == nil)
      #expect(try await Self.targetNames(controller) == ["web-east (abandoned)", "web-south"])
    }
  }

  @Test func aSetIsDeletedWithItsWorkloads() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await controller.store.removeFleetSet(
        "shop", in: .defaultProject, workloads: .remove, cause: StoreFixture.cause)
      try await controller.settle()
      #expect(try await controller.set().isDeleting)
      await #expect(throws: StoreError.self) { try await controller.apply(ControllerFixture.fleetSet(path: "other")) }
      #expect(try await controller.rollout()?.run.kind == .remove)
      try await controller.confirm()
      #expect(try await controller.store.fleetSet("shop", in: .defaultProject) == nil)
      #expect(try await Self.order("east", controller).map(\.action) == [.remove])
      // Its name is free again.
      try await controller.apply(ControllerFixture.fleetSet())
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  // What a bundle loses

  @Test func losingManyObjectsWaitsForAPerson() async throws {
    try await ControllerFixture.with { controller in
      for name in ["api", "web2", "jobs"] {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:1", name: name), to: "web/\(name).yaml")
      }
      try await controller.rollOutFirst()
      let before = try await controller.wanted()
      try await controller.git.git("rm", "web/api.yaml")
      try await controller.git.git("rm", "web/jobs.yaml")
      _ = try await controller.git.commit("Remove two")
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(condition.reason == "PruneNeedsApproval")
      #expect(
        condition.message.contains("would lose 2 of 4 objects: apps/Deployment/shop/api, apps/Deployment/shop/jobs"))
      #expect(try await controller.wanted() == before)
      let digest = try #require(condition.message.split(separator: "--accept-prunes ").last?.prefix(8))
      let principal = Principal(name: "kim", right: .admin)
      await #expect(throws: CommandRefusal.self) {
        _ = try await controller.service.start(
          "shop", in: .defaultProject, by: principal, reason: "r", accepted: FindingAcceptance(prunes: "00000000"),
          dryRun: false)
      }
      _ = try await controller.service.start(
        "shop", in: .defaultProject, by: principal, reason: "they moved",
        accepted: FindingAcceptance(prunes: String(digest)), dryRun: false)
      try await controller.settle()
      #expect(
        try await Self.order("east", controller).first?.mayPrune == [
          "apps/Deployment/shop/api", "apps/Deployment/shop/jobs",
        ])
      try await controller.confirm()
      #expect(try await controller.condition().isReady)
    }
  }

  /// Both budgets of a stage, tighter than the run's: canaries may lose nothing without a word, others may.
  @Test func aStageMayAllowLessThanItsRun() async throws {
    let stages = """
      [{name: canary, clusters: [east], maxConcurrent: 1, minReady: 0s, budgets: {removals: 0, prunes: 10%}},
      {name: all, rest: true, maxConcurrent: 100%, minReady: 0s}]
      """
    try await ControllerFixture.with { controller in
      for name in ["api", "jobs", "cron"] {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:1", name: name), to: "web/\(name).yaml")
      }
      let loose = ", budgets: {removals: 100%, prunes: 100%}"
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(generators: Self.inTest, stages: stages, more: loose))
      try await controller.git.git("rm", "web/api.yaml", "web/jobs.yaml")
      _ = try await controller.git.commit("Remove two")
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(condition.reason == "PruneNeedsApproval")
      #expect(condition.message.contains("(stage canary allows 10%)"), "\(condition.message)")
      #expect(!condition.message.contains("web-west"))
      let digest = try #require(condition.message.split(separator: "--accept-prunes ").last?.prefix(8))
      _ = try await controller.service.start(
        "shop", in: .defaultProject, by: Principal(name: "kim", right: .admin), reason: "they moved",
        accepted: FindingAcceptance(prunes: String(digest)), dryRun: false)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.condition().isReady)
      try await Self.relabel(["west"], "other", controller)
      #expect(try await controller.condition().isReady)
      try await controller.confirm()
      #expect(try await Self.targetNames(controller) == ["web-east"])
      try await Self.relabel(["west"], "test", controller)
      try await controller.confirm()
      try await Self.relabel(["east"], "other", controller)
      let shrink = try await controller.condition()
      #expect(shrink.reason == "ShrinkNeedsApproval")
      #expect(shrink.message.contains("among them 1 of the 1 targets of stage canary, which allows 0"))
    }
  }

  @Test func losingOneObjectNeedsNobodysWord() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:1", name: "api"), to: "web/api.yaml")
      try await controller.rollOutFirst()
      try await controller.git.git("rm", "web/api.yaml")
      _ = try await controller.git.commit("Remove one")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(try await controller.rollout()?.run.number == 2)
    }
  }

  // Owners

  @Test("R23 two sets do not own one object on a cluster") func twoSetsDoNotOwnOneObject() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await controller.apply(ControllerFixture.fleetSet(name: "copy-{{name}}", set: "copy"))
      try await controller.settle()
      let condition = try await controller.set("copy").condition
      #expect(condition.reason == "ObjectConflict")
      #expect(
        condition.message.hasPrefix(
          "copy-east on east would get apps/Deployment/shop/web, which shop/web-east has; copy-west on west"))
      #expect(try await controller.store.rollout(of: "copy", number: nil, in: .defaultProject) == nil)
      // It may take them over, and then the first one's removal leaves them alone.
      try await controller.apply(
        ControllerFixture.fleetSet(name: "copy-{{name}}", set: "copy", also: "transfer: {from: shop}"))
      try await controller.settle()
      try await controller.confirm()
      #expect(
        try await controller.store.rollout(of: "copy", number: nil, in: .defaultProject)?.run.state == .succeeded)
      try await controller.store.removeFleetSet(
        "shop", in: .defaultProject, workloads: .remove, cause: StoreFixture.cause)
      try await controller.settle()
      let removal = try #require(try await Self.order("east", controller).first { $0.action == .remove })
      #expect(removal.mayPrune == [])
    }
  }

  @Test("R23 conflicting targets can be left out") func conflictingTargetsCanBeLeftOut() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(ControllerFixture.clusters(["east"], labels: "env: test"))
      try await controller.rollOutFirst(
        clusters: ["west"],
        set: ControllerFixture.fleetSet(generators: "[{clusters: {selector: {matchLabels: {env: test}}}}]"))
      try await controller.apply(ControllerFixture.clusters(["north"], labels: "env: other"))
      try await controller.apply(ControllerFixture.fleetSet(name: "copy-{{name}}", set: "copy"))
      try await controller.settle()
      #expect(try await controller.set("copy").condition.reason == "ObjectConflict")
      let principal = Principal(name: "kim", right: .admin)
      _ = try await controller.service.start(
        "copy", in: .defaultProject, by: principal, reason: "", accepted: FindingAcceptance(skipsConflicting: true),
        dryRun: false)
      try await controller.settle()
      let run = try #require(try await controller.store.rollout(of: "copy", number: nil, in: .defaultProject))
      let steps = try await controller.store.steps(of: run.run.id, states: [], after: nil, limit: 10)
      #expect(steps.elements.map(\.clusterName) == ["north"])
    }
  }

  @Test("R23 targets that get other names hand their objects over") func targetsThatGetOtherNamesHandTheirObjectsOver()
    async throws
  {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(more: ", budgets: {removals: 100%}"))
      try await controller.apply(
        ControllerFixture.fleetSet(name: "new-{{name}}", more: ", budgets: {removals: 100%}"))
      try await controller.settle()
      try await controller.confirm()
      #expect(try await Self.targetNames(controller) == ["new-east", "new-west"])
      let orders = try await Self.order("east", controller)
      #expect(Set(orders.map(\.action)) == [.apply, .remove])
      #expect(orders.allSatisfy { $0.mayPrune.isEmpty })
    }
  }
}
