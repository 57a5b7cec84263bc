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
      { _, url in
        var result = await flotilla("rollout", "watch", "storefront", "--timeout", "100ms", "--server", url)
        // On a busy machine the first answer may take longer than that.
        for timeout in ["2s", "30s"] where result.error.contains("has not said in time") {
          result = await flotilla("rollout", "watch", "storefront", "--timeout", timeout, "--server", url)
        }
        return result
      })
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

  /// A set whose newest release is recorded and has no rollout.
  private static func finding(
    hold: String? = nil, trigger: String? = nil, changes: Bool
  ) async throws -> CommandLineRun {
    var set = FleetSetResource.example
    set.activeRollout = nil
    set.newestRelease?.hold = hold
    set.document = .object(["spec": .object(["rollout": .object(trigger.map { ["trigger": .string($0)] } ?? [:])])])
    var target = TargetResource.example
    target.abandoned = false
    target.newest = changes ? nil : target.wanted?.bundle
    let (final, targets) = (set, ListPage(items: [target], next: nil))
    return try await ScriptedController.with(
      answer: { route, _ in
        switch route.id {
        case "listRollouts": .init(body: .json(ListPage<RolloutResource>(items: [], next: nil)))
        case "getFleetSet": .init(body: .json(final))
        case "listTargets": .init(body: .json(targets))
        default: nil
        }
      },
      { _, url in
        await flotilla(
          "rollout", "watch", "storefront", "--revision", ReleaseResource.Source.example.commit, "--timeout", "30s",
          "--server", url)
      })
  }

  @Test func aCommitThatChangesNothingIsDone() async throws {
    let result = try await Self.finding(changes: false)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("no target changes, so there is nothing to roll out"))
  }

  @Test func aCommitThatIsHeldBackSaysByWhat() async throws {
    for (hold, trigger, text) in [
      ("it was broken", nil, "is on hold: it was broken"), (nil, "manual", "the set says trigger: manual"),
    ] as [(String?, String?, String)] {
      let result = try await Self.finding(hold: hold, trigger: trigger, changes: true)
      #expect(result.exitCode == 6)
      #expect(result.error.contains(text), "\(result.error)")
      #expect(result.error.contains("flotilla rollout start storefront"))
    }
  }

  @Test func aPausedRolloutWaitsForAPersonToo() async throws {
    let paused = rollout(
      .paused, seconds: 5, [stage("canary", .open, clusters: 2, [.pending: 2])],
      waiting: [wait("paused", stage: "", "paused by kim: lunch")], pausedBy: "kim")
    let result = try await ScriptedController.with(
      answer: { route, _ in route.id == "getRollout" ? .init(body: .json(paused)) : nil },
      { _, url in await flotilla("rollout", "watch", "storefront", "--exit-code", "--server", url) })
    #expect(result.exitCode == 8)
  }

  @Test func theEndThatWasAskedForIsSuccess() async throws {
    for (verb, index) in [("undo", 5), ("retry", 5)] {
      let result = try await ScriptedController.with(
        answer: { _, _ in .init(body: .json(story[index].rollout)) },
        { _, url in
          await flotilla("rollout", verb, "storefront/2", "--reason", "why", "--wait", "--server", url)
        })
      #expect(result.exitCode == (verb == "undo" ? 0 : 1))
    }
  }

  @Test func theEndBetweenTheFirstLookAndTheStreamIsSeenWhenTheStreamOpens() async throws {
    // No event ever comes: it was sent before the stream was open.
    let result = try await ScriptedController.with(
      answer: { route, number in
        switch route.id {
        case "getRollout": .init(body: .json(story[number == 0 ? 3 : 4].rollout))
        case "streamEvents": .init(headers: ["Content-Type": "text/event-stream"], body: .text("retry: 60000\n\n"))
        default: nil
        }
      },
      { controller, url in
        let result = await flotilla("rollout", "watch", "storefront", "--timeout", "30s", "--server", url)
        let looks = controller.seen.filter { $0.uri.contains("/rollouts/") }.count
        #expect(looks == 2)
        return result
      })
    #expect(result.exitCode == 0)
  }

  @Test func aControllerThatTakesNoNoticeIsOverInTime() async throws {
    let result = try await ScriptedController.with(
      answer: { route, _ in route.id == "getRollout" ? .init(status: 503, body: .text("")) : nil },
      { _, url in await flotilla("rollout", "watch", "storefront/2", "--timeout", "200ms", "--server", url) })
    #expect(result.exitCode == 7)
    #expect(result.error.contains("flotilla rollout watch storefront/2"))
  }
}
