import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct RepositoryTaskTests {
  private func record(_ controller: ControllerFixture, _ name: RepositoryName = "fleet") async throws
    -> RepositoryRecord
  {
    try #require(try await controller.store.repository(name, in: .defaultProject))
  }

  @Test func aFetchIsRecordedAndDueAgainAfterThePollInterval() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(controller.repository(more: ", pollInterval: 90s"))
      let before = try await controller.store.now()
      try await controller.settle()
      let first = try await record(controller)
      #expect(first.condition.isReady)
      #expect(first.condition.reason == "Fetched")
      let due = try #require(try await controller.store.nextDue(.repository))
      #expect(due >= before + .seconds(90) && due < before + .seconds(150))
      try await controller.git.commit("a", to: "README.md")
      try await controller.poll()
      #expect(try await record(controller).refsDigest != first.refsDigest)
    }
  }

  @Test func aRepositoryThatIsNotThereIsAConditionAndIsPolledOn() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(controller.repository(url: "file://" + controller.git.folder + "/nothing"))
      try await controller.settle()
      let condition = try await record(controller).condition
      #expect(!condition.isReady)
      #expect(condition.reason == "RepositoryNotFound")
      #expect(condition.message.contains("/nothing"))
      #expect(try await controller.store.nextDue(.repository) != nil)
    }
  }

  @Test func aCredentialThatIsMissingOrUnusableIsACondition() async throws {
    struct Unusable: CredentialReader {
      func sourceCredential(named name: String, in project: ProjectName) async throws -> SourceCredential? {
        throw SecretError("credential \"\(name)\" is not one for Git")
      }
    }
    try await ControllerFixture.with { controller in
      try await controller.apply(
        controller.repository(url: "https://git.example/fleet.git", more: ", credential: reader"))
      try await controller.settle()
      let missing = try await record(controller)
      #expect(missing.condition.reason == "CredentialMissing")
      #expect(missing.condition.message.contains("flotilla credential set reader"))
      let task = RepositoryTask(
        store: controller.store, sources: controller.sources, credentials: Unusable(), logger: controller.logger)
      #expect(try await task.run(row: missing.repository.id.rawValue) != nil)
      let unusable = try await record(controller).condition
      #expect(unusable.reason == "CredentialUnusable")
      #expect(unusable.message.contains("not one for Git"))
    }
  }

  @Test func aRepositoryThatWasRemovedIsNoWorkAnyMore() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(controller.repository())
      let row = try await record(controller).repository.id.rawValue
      try await controller.store.removeRepository("fleet", in: .defaultProject, cause: StoreFixture.cause)
      #expect(try await controller.run(.repository, row: row) == nil)
      #expect(try await controller.store.nextDue(.repository) == nil)
    }
  }
}
