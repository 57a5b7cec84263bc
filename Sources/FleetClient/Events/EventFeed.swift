internal import AsyncHTTPClient
public import FleetAPI
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Which events a reader wants; nil matches everything.
public struct EventSelection: Sendable, Hashable {
  /// The FleetSet.
  public var fleetSet: String?
  /// The rollout as `SET/NUMBER`.
  public var rollout: String?
  /// The cluster.
  public var cluster: String?

  /// Makes a selection.
  public init(fleetSet: String? = nil, rollout: String? = nil, cluster: String? = nil) {
    self.fleetSet = fleetSet
    self.rollout = rollout
    self.cluster = cluster
  }

  var query: [(name: String, value: String?)] {
    [("fleetSet", fleetSet), ("rollout", rollout), ("cluster", cluster)]
  }
}

/// What a reader of the feed is told.
public enum FeedItem: Sendable {
  /// The stream is open: from here on nothing is missed.
  case connected
  /// Something happened.
  case event(EventResource)
  /// The place to resume at is too old: events are missing, so read the state again.
  case reset
  /// The stream broke; it is opened again by itself.
  case disconnected(why: String)
}

/// The controller's events as they happen, for as long as somebody reads: a broken stream is resumed where it ended
/// (`Last-Event-ID`), with growing pauses while the controller is away. Ends by cancellation, and by throwing
/// ``ClientError/refused(_:)`` when the controller does not want this reader.
public struct EventFeed: AsyncSequence, Sendable {
  /// What the sequence gives.
  public typealias Element = FeedItem

  let client: ControllerClient
  let project: String
  let selection: EventSelection
  let after: Int64?

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator {
    Iterator(feed: self, parser: ServerSentEventParser(lastID: after.map(String.init)))
  }

  /// Reads the feed. The controller sends a comment every 15 seconds, so a silent stream is a dead one.
  public struct Iterator: AsyncIteratorProtocol {
    let feed: EventFeed
    var parser: ServerSentEventParser
    var body: HTTPClientResponse.Body.AsyncIterator?
    var ready: [FeedItem] = []
    var failures = 0
    var server = ""

    init(feed: EventFeed, parser: ServerSentEventParser) {
      self.feed = feed
      self.parser = parser
    }

    /// The next item.
    public mutating func next() async throws -> FeedItem? {
      while ready.isEmpty {
        if body == nil {
          try await connect()
        } else {
          try await receive()
        }
      }
      return ready.removeFirst()
    }

    private mutating func connect() async throws {
      let addresses = feed.client.addresses
      if failures > 0 {
        let wish = parser.retryMilliseconds.map { Duration.milliseconds($0) } ?? .zero
        try await Task.sleep(for: Swift.max(wish, feed.client.backoff((failures - 1) / addresses.urls.count)))
      }
      parser.startOver()
      server = addresses.current
      let request = ControllerRequest(Routes.streamEvents, [feed.project], query: feed.selection.query)
      var http = feed.client.httpRequest(request, on: server, idempotencyKey: nil)
      http.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
      if let lastID = parser.lastID { http.headers.add(name: "Last-Event-ID", value: lastID) }
      do {
        let response = try await feed.client.http.execute(http, deadline: .distantFuture)
        guard response.status == .ok else {
          let bytes = [UInt8](try await response.body.collect(upTo: 1 << 20).readableBytesView)
          let error = feed.client.refusal(status: Int(response.status.code), of: server, body: bytes)
          guard response.status.code >= 500 || response.status == .tooManyRequests else { throw error }
          disconnect(why: error.description)
          return
        }
        body = response.body.makeAsyncIterator()
        failures = 0
        ready.append(.connected)
      } catch let error as ClientError {
        throw error
      } catch {
        if Task.isCancelled { throw CancellationError() }
        disconnect(why: networkReason(error))
      }
    }

    private mutating func receive() async throws {
      do {
        guard let chunk = try await body?.next() else {
          disconnect(why: "the connection was closed")
          return
        }
        ready += parser.feed(chunk.readableBytesView).compactMap(Self.item)
      } catch {
        if Task.isCancelled { throw CancellationError() }
        disconnect(why: networkReason(error))
      }
    }

    private mutating func disconnect(why: String) {
      feed.client.addresses.moveOn(from: server)
      body = nil
      failures += 1
      ready.append(.disconnected(why: why))
    }

    private static func item(_ event: ServerSentEvent) -> FeedItem? {
      if event.name == "reset" { return .reset }
      guard let resource = try? JSONDecoder().decode(EventResource.self, from: Data(event.data.utf8)) else {
        return nil  // a kind of message that this version does not know
      }
      return .event(resource)
    }
  }
}

extension ControllerClient {
  /// Follows events from a place on; from now on when `after` is nil.
  public func events(in project: String, _ selection: EventSelection = .init(), after: Int64? = nil) -> EventFeed {
    EventFeed(client: self, project: project, selection: selection, after: after)
  }
}
