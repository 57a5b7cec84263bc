@testable import FleetCommands
import FleetAPI
import FleetModel
import Testing

@Suite struct WatchTests {
  @Test func aRolloutThatIsOverReturnsAtOnce() async throws {
    for (index, code) in [(4, Int32(0)), (5, 1)] {
      let (result, seen) = try await ScriptedController.with(
        answer: { route, _ in
          route.id == "getRollout" ? .init(body: .json(story[index].rollout)) : nil
        },
        { controller, url in
          (await flotilla("rollout", "watch", "storefront", "--server", url), controller.seen)
        })
      #expect(result.exitCode == code)
      #expect(seen.count == 1)
      try golden("watch-\(story[index].name)", result.transcript)
    }
  }

  @Test func everyStateIsShownUntilTheEnd() async throws {
    // The first look is the beginning; each event of the feed brings the next state.
    let event = "id: 1\ndata: {}\n\n"
    let (result, seen) = try await ScriptedController.with(
      answer: { route, number in
        switch route.id {
        case "getRollout": .init(body: .json(story[min(number, 4)].rollout))
        case "streamEvents": .init(headers: ["Content-Type": "text/event-stream"], body: .text("retry: 1\n\n" + event))
        default: nil
        }
      },
      { controller, url in (await flotilla("rollout", "watch", "storefront", "--server", url), controller.seen) })
    #expect(result.exitCode == 0)
    #expect(result.output == "storefront/2 Succeeded in 31s: 8 updated, 10 unchanged\n")
    #expect(seen.first?.uri == "/api/v1/projects/default/rollouts/storefront/latest")
    #expect(seen.filter { $0.uri.contains("/rollouts/") }.dropFirst().allSatisfy { $0.uri.hasSuffix("/storefront/2") })
    try golden("watch-to-the-end", result.transcript)
  }

  @Test func withExitCodeAWatchReturnsWhenItWaitsForAPerson() async throws {
    let result = try await ScriptedController.with(
      answer: { route, _ in route.id == "getRollout" ? .init(body: .json(story[2].rollout)) : nil },
      { _, url in await flotilla("rollout", "watch", "storefront", "--exit-code", "--server", url) })
    #expect(result.exitCode == 8)
  }

  @Test func theTimeoutSaysWhatIsWaitedFor() async throws {
    let result = try await ScriptedController.with(
      answer: { route, _ in route.id == "getRollout" ? .init(body: .json(story[2].rollout)) : nil },
      { _, url in await flotilla("rollout", "watch", "storefront", "--timeout", "100ms", "--server", url) })
    #expect(result.exitCode == 7)
    #expect(result.error.contains("storefront/2 is not over yet: 1 approval by group release"))
  }

  @Test func aControllerThatIsAwayForAWhileOnlyDelaysAWatch() async throws {
    let result = try await ScriptedController.with(
      answer: { route, number in
        switch route.id {
        case "getRollout" where (1...2).contains(number):
          .init(
            status: 503, body: .json(ErrorEnvelope(code: .unavailable, message: "starting")))
        case "getRollout": .init(body: .json(story[number == 0 ? 3 : 4].rollout))
        default: .init(body: .text("retry: 1\n\nid: 1\ndata: {}\n\n"))
        }
      },
      { _, url in await flotilla("rollout", "watch", "storefront", "--server", url) })
    #expect(result.exitCode == 0)
    #expect(result.error.contains("starting; the rollout goes on, trying again\nthe controller is back\n"))
  }

  @Test func waitingForACommitFindsItsRollout() async throws {
    let (result, seen) = try await ScriptedController.with(
      answer: { route, number in
        switch route.id {
        case "listRollouts" where number == 0: .init(body: .json(ListPage<RolloutResource>(items: [], next: nil)))
        case "listRollouts":
          .init(body: .json(ListPage<RolloutResource>(items: [story[4].rollout], next: nil)))
        case "getFleetSet":
          .init(status: 404, body: .json(ErrorEnvelope(code: .unavailable, message: "not yet")))
        case "getRollout": .init(body: .json(story[4].rollout))
        default: nil
        }
      },
      { controller, url in
        let commit = ReleaseResource.Source.example.commit
        return (
          await flotilla("rollout", "watch", "storefront", "--revision", commit, "--server", url), controller.seen
        )
      })
    #expect(result.exitCode == 0)
    #expect(seen.last?.uri.hasSuffix("/rollouts/storefront/2") == true)
  }
}
