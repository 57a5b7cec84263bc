import AsyncHTTPClient
import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import FleetServer

@Suite struct EventStreamTests {
  /// Reads a stream until its text holds what is looked for; the test's time limit bounds it.
  private static func read(
    _ server: ServerFixture, query: String = "", headers: [(String, String)] = [], until marks: [String],
    whenOpen: @Sendable () async throws -> Void = {}
  ) async throws -> String {
    var request = HTTPClientRequest(url: server.url + Routes.streamEvents.path("default") + query)
    request.headers.add(name: "Authorization", value: "Bearer \(server.tokens[.read] ?? "")")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    #expect(response.headers.first(name: "X-Accel-Buffering") == "no")
    #expect(response.headers.first(name: "Content-Type")?.hasPrefix("text/event-stream") == true)
    var text = ""
    var isOpen = false
    for try await part in response.body {
      text += String(buffer: part)
      if !isOpen {
        isOpen = true
        try await whenOpen()
      }
      if marks.allSatisfy(text.contains) { return text }
    }
    return text
  }

  private static func label(_ server: ServerFixture, _ value: String) async throws {
    let answer = try await server.call(
      Routes.labelCluster, Routes.labelCluster.path("default", "eu-1"),
      LabelRequest(labels: ["v": value], reason: value))
    #expect(answer.status == 200)
  }

  @Test(.timeLimit(.minutes(5))) func aStreamFollowsAndResumes() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      let text = try await Self.read(server, until: ["retry: ", "\"reason\":\"one\""]) {
        try await Self.label(server, "one")
      }
      let line = try #require(
        text.split(separator: "\n\n").last { $0.contains("\"reason\":\"one\"") }?.split(separator: "\n").first {
          $0.hasPrefix("id: ")
        })
      try await Self.label(server, "two")
      let resumed = try await Self.read(
        server, headers: [("Last-Event-ID", String(line.dropFirst(4)))], until: ["\"reason\":\"two\""])
      #expect(!resumed.contains("\"reason\":\"one\""))
      let all = try await Self.read(server, query: "?after=0", until: ["\"reason\":\"one\"", "\"reason\":\"two\""])
      #expect(all.contains("\"reason\":\"for the test\""))
      let other = try await server.send("GET", Routes.listEvents.path("default") + "?cluster=nobody", right: .read)
      #expect(try other.decode(ListPage<EventResource>.self).items.isEmpty)
      let newest = try await server.send(
        "GET", Routes.listEvents.path("default") + "?newestFirst=true&limit=1", right: .read)
      #expect(try newest.decode(ListPage<EventResource>.self).items.map(\.reason) == ["two"])
    }
  }

  @Test(.timeLimit(.minutes(5))) func aPlaceOfAnotherDatabaseIsReset() async throws {
    try await ServerFixture.with { server in
      let text = try await Self.read(
        server, headers: [("Last-Event-ID", "999999999")], until: ["event: reset"])
      #expect(text.contains("event: reset"))
      let wrong = try await server.send(
        "GET", Routes.streamEvents.path("default"), right: .read, headers: [("Last-Event-ID", "x")])
      #expect(wrong.status == 400)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aSilentStreamSendsComments() async throws {
    try await ServerFixture.with { configuration in
      configuration.streamHeartbeat = .milliseconds(100)
      configuration.feedInterval = .seconds(3_600)
    } _: { server in
      let text = try await Self.read(server, until: ["\n:\n\n"])
      #expect(text.contains("\n:\n\n"))
    }
  }
}
