import FleetAPI
import Testing

@testable import FleetClient

@Suite struct ClientTests {
  @Test func requestsThatMayBeRepeatedAreRepeatedUnderOneKey() async throws {
    let (answer, seen) = try await ScriptedController.with(
      answer: { _, number in
        number < 2
          ? .init(
            status: 503, headers: ["Retry-After": "0"],
            body: .json(ErrorEnvelope(code: .unavailable, message: "starting")))
          : nil
      },
      { controller, url in
        let answer = try await ControllerClient.with(.init(server: url, retryFor: .seconds(600))) { client in
          try await client.act(.pause, on: "web", number: nil, RolloutActionRequest(reason: "lunch"), in: "default")
        }
        return (answer, controller.seen)
      })
    #expect(answer == .example)
    #expect(seen.count == 3)
    let keys = Set(seen.map { $0.headers["idempotency-key"] })
    #expect(keys.count == 1 && keys.first != .some(nil))
  }

  @Test func theNextControllerIsAskedWhenOneIsAwayOrHasNoDatabase() async throws {
    let seen = try await ScriptedController.with { good, url in
      try await ScriptedController.with(
        answer: { _, _ in .init(status: 503, body: .json(ErrorEnvelope(code: .unavailable, message: "no database"))) },
        { bad, badURL in
          let servers = "http://127.0.0.1:1, \(badURL)/,\(url)"
          try await ControllerClient.with(.init(server: servers, retryFor: .zero)) { client in
            _ = try await client.whoAmI()
            // It stays with the one that answered.
            _ = try await client.whoAmI()
          }
          return (bad.seen.count, good.seen.count)
        })
    }
    #expect(seen == (1, 2))
  }

  @Test func theEventFeedGoesOnWithTheNextController() async throws {
    let items = try await ScriptedController.with(
      answer: { _, _ in .init(body: .text("retry: 1\n\n")) },
      { _, url in
        try await ControllerClient.with(.init(server: "http://127.0.0.1:1,\(url)")) { client in
          var items: [String] = []
          for try await item in client.events(in: "default").prefix(2) {
            switch item {
            case .disconnected: items.append("disconnected")
            case .connected: items.append("connected")
            default: items.append("\(item)")
            }
          }
          return items
        }
      })
    #expect(items == ["disconnected", "connected"])
  }

  @Test func refusalsAreNotRepeated() async throws {
    let seen = try await ScriptedController.with(
      answer: { _, _ in .init(status: 409, body: .json(ErrorEnvelope(code: .conflict, message: "over"))) },
      { controller, url in
        try await ControllerClient.with(.init(server: url)) { client in
          _ = await #expect(throws: ClientError.self) { try await client.whoAmI() }
        }
        return controller.seen
      })
    #expect(seen.count == 1)
  }

  @Test func repeatingEndsAfterItsTime() async throws {
    let error = try await ScriptedController.with(
      answer: { _, _ in
        .init(status: 503, body: .json(ErrorEnvelope(code: .unavailable, message: "starting")))
      },
      { _, url in
        try await ControllerClient.with(.init(server: url, retryFor: .milliseconds(200))) { client in
          await #expect(throws: ClientError.self) { try await client.whoAmI() }
        }
      })
    guard case .refused(let envelope) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(envelope.code == .unavailable)
  }

  @Test func anAnswerOfSomethingElseIsNamed() async throws {
    let error = try await ScriptedController.with(
      answer: { _, _ in .init(body: .text("<html>a proxy</html>")) },
      { _, url in
        try await ControllerClient.with(.init(server: url)) { client in
          await #expect(throws: ClientError.self) { try await client.whoAmI() }
        }
      })
    guard case .unexpected = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func namesAreEscapedInPathsAndQueries() async throws {
    let seen = try await ScriptedController.with { controller, url in
      try await ControllerClient.with(.init(server: url + "/")) { client in
        _ = try await client.cluster("a/b?c", in: "my project")
        _ = try await client.clusters(in: "p", selector: "a=b,c in (d)", page: .init())
      }
      return controller.seen
    }
    #expect(
      seen.map(\.uri) == [
        "/api/v1/projects/my%20project/clusters/a%2Fb%3Fc",
        "/api/v1/projects/p/clusters?selector=a%3Db%2Cc%20in%20%28d%29",
      ])
  }

  @Test func theFeedResumesWhereItEnded() async throws {
    let event = EventResource.example
    let (positions, seen) = try await ScriptedController.with(
      answer: { _, number in
        var next = event
        next.position = Int64(number + 10)
        let data = (try? String(decoding: JSONEncoding.data(next), as: UTF8.self)) ?? ""
        return .init(body: .text("retry: 1\n\n: comment\nid: \(next.position)\nevent: \(next.kind)\ndata: \(data)\n\n"))
      },
      { controller, url in
        let positions = try await ControllerClient.with(.init(server: url)) { client in
          var positions: [Int64] = []
          for try await item in client.events(in: "default", after: 9) {
            if case .event(let event) = item { positions.append(event.position) }
            if positions.count == 3 { break }
          }
          return positions
        }
        return (positions, controller.seen)
      })
    #expect(positions == [10, 11, 12])
    #expect(seen.prefix(3).map { $0.headers["last-event-id"] } == ["9", "10", "11"])
  }

  @Test func aReaderThatIsNotWantedIsTold() async throws {
    try await ScriptedController.with(
      answer: { _, _ in .init(status: 403, body: .json(ErrorEnvelope(code: .forbidden, message: "no"))) },
      { _, url in
        try await ControllerClient.with(.init(server: url)) { client in
          _ = await #expect(throws: ClientError.self) {
            for try await _ in client.events(in: "default") {}
          }
        }
      })
  }
}

@Suite struct ServerSentEventTests {
  @Test func eventsAreReadInAnyPieces() {
    let text =
      "retry: 250\r\n\r\n: hello\nid: 7\nevent: a\ndata: one\ndata:two\n\ndata: three\n\nid\ndata: x\r\rdata: lost"
    let expected = [
      ServerSentEvent(name: "a", data: "one\ntwo", lastID: "7"),
      ServerSentEvent(name: "message", data: "three", lastID: "7"),
      ServerSentEvent(name: "message", data: "x", lastID: nil),
    ]
    for size in 1...text.utf8.count {
      var parser = ServerSentEventParser()
      var events: [ServerSentEvent] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        events += parser.feed(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(events == expected, "pieces of \(size)")
      #expect(parser.retryMilliseconds == 250)
    }
  }

  @Test func aNewConnectionForgetsHalfAnEvent() {
    var parser = ServerSentEventParser()
    _ = parser.feed("id: 3\ndata: whole\n\nid: 4\ndata: half".utf8)
    parser.startOver()
    #expect(parser.lastID == "3" || parser.lastID == "4")
    #expect(parser.feed("data: next\n\n".utf8).map(\.data) == ["next"])
  }
}
