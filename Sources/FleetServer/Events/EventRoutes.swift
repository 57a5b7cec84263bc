import FleetAPI
import FleetModel
import FleetPorts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Events: lists, and the stream that follows them.
struct EventRoutes: Sendable {
  let store: any ControlStore
  let bell: EventBell
  let configuration: ServerConfiguration

  var handlers: [String: Handler] {
    [
      Routes.listEvents.id: list,
      Routes.streamEvents.id: stream,
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    let newestFirst = try call.flag("newestFirst")
    let limit = try call.limit()
    let after = try Self.position(call.query["after"], field: "after") ?? (newestFirst ? .max : 0)
    let events = try await store.events(
      Self.filter(call), after: after, newestFirst: newestFirst, limit: limit)
    let next = events.count == limit ? events.last.map { String($0.position) } : nil
    return try .json(ListPage(items: events.map(EventResource.init), next: next))
  }

  @Sendable private func stream(_ call: Call) async throws -> Reply {
    guard bell.openStreams < configuration.mostStreams else {
      throw ErrorEnvelope(
        code: .unavailable, message: "too many event streams are open", hint: "try again in a moment")
    }
    let wanted =
      try Self.position(call.headers[.lastEventID], field: "Last-Event-ID")
      ?? Self.position(call.query["after"], field: "after")
    let newest = try await store.lastEventPosition()
    let session = EventStream(
      store: store, bell: bell, filter: Self.filter(call), heartbeat: configuration.streamHeartbeat,
      logger: call.logger)
    // A place beyond the newest event is of another database, for example of before a restore: what came since cannot
    // be told from here, so the client must read the state anew.
    let isReset = (wanted ?? 0) > newest
    let start = isReset ? newest : wanted ?? newest
    return Reply(
      status: 200, headers: [.contentType: "text/event-stream; charset=utf-8", .accelBuffering: "no"],
      body: .stream(ResponseBody { writer in try await session.write(to: &writer, from: start, isReset: isReset) }))
  }

  private static func filter(_ call: Call) -> EventFilter {
    EventFilter(
      project: call.project, fleetSet: call.query["fleetSet"], rollout: call.query["rollout"],
      cluster: call.query["cluster"])
  }

  private static func position(_ text: String?, field: String) throws -> Int64? {
    guard let text, !text.isEmpty else { return nil }
    guard let position = Int64(text), position >= 0 else {
      throw ErrorEnvelope(
        code: .invalid, message: "\(field) is \"\(text)\"", field: field,
        hint: "give the position of an event, as in its id")
    }
    return position
  }
}

extension HTTPField.Name {
  /// Where a stream is resumed.
  static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .via
}

/// One client's stream: reads the feed from the client's place on, a page at a time and no faster than the client takes it.
struct EventStream: Sendable {
  let store: any ControlStore
  let bell: EventBell
  let filter: EventFilter
  let heartbeat: Duration
  let logger: Logger

  private static let pageSize = 500
  /// What a client waits before it connects again, in milliseconds.
  private static let retryMilliseconds = 1_000

  func write(to writer: inout any ResponseBodyWriter, from start: Int64, isReset: Bool) async throws {
    bell.openStream()
    defer { bell.closeStream() }
    try await writer.write(ByteBuffer(string: "retry: \(Self.retryMilliseconds)\n: connected\n\n"))
    if isReset {
      try await writer.write(
        ByteBuffer(string: "id: \(start)\nevent: reset\ndata: {\"position\":\(start)}\n\n"))
    }
    var position = start
    while true {
      let rings = bell.rings
      let events: [EventRecord]
      do {
        events = try await store.events(filter, after: position, newestFirst: false, limit: Self.pageSize)
      } catch {
        // The client connects again with its place and misses nothing.
        logger.info("an event stream ends because the store does not answer", metadata: ["error": "\(error)"])
        try await writer.write(ByteBuffer(string: ": the database does not answer\n\n"))
        break
      }
      if !events.isEmpty {
        var buffer = ByteBuffer()
        for event in events { buffer.writeString(try Self.message(event)) }
        try await writer.write(buffer)
        position = events.last?.position ?? position
        if events.count == Self.pageSize { continue }
      }
      let wake = await bell.wait(after: rings, until: .now + heartbeat)
      if wake == .closing { break }
      if wake == .timeout { try await writer.write(ByteBuffer(string: ":\n\n")) }
    }
    try await writer.finish(nil)
  }

  /// `id`, `event` and `data` of an event; JSON has no line breaks outside of escapes, so one `data` line is enough.
  static func message(_ event: EventRecord) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = String(decoding: try encoder.encode(EventResource(event)), as: UTF8.self)
    let kind = event.kind.filter { $0 != "\n" && $0 != "\r" }
    return "id: \(event.position)\nevent: \(kind)\ndata: \(data)\n\n"
  }
}
