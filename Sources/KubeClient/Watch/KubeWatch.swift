public import Manifest

/// What a watch tells.
public enum WatchUpdate: Sendable {
  /// Everything there is, at the start and after a gap that could not be bridged.
  case listed([Node], resourceVersion: String)
  /// An object was created or changed.
  case changed(Node)
  /// An object is gone; this was its last state.
  case deleted(Node)
  /// The connection broke: until `resumed` or `listed`, changes are not seen.
  case interrupted(KubeError)
  /// The connection is back and nothing was missed.
  case resumed
}

extension KubeClient {
  /// Lists and then watches one resource for ever, as a sequence that never fails and ends with its task.
  ///
  /// It resumes from the last version it saw, bookmarks included, lists again when the server has forgotten that
  /// version (410), and waits longer after each failure, spread by chance. Where watching is not allowed it lists every
  /// `pollInterval`.
  ///
  /// - Parameters:
  ///   - namespace: empty for all of them.
  ///   - name: the only object that matters; empty for all.
  ///   - lifetime: how long one connection lasts before it is made anew, which finds dead ones.
  public func watch(
    group: String, version: String, kind: String, namespace: String = "", name: String = "",
    lifetime: Duration = .seconds(150), pollInterval: Duration = .seconds(10)
  ) -> KubeWatch {
    KubeWatch(
      client: self, group: group, version: version, kind: kind, namespace: namespace, name: name, lifetime: lifetime,
      pollInterval: pollInterval)
  }
}

/// See `KubeClient.watch`.
public struct KubeWatch: AsyncSequence, Sendable {
  /// One step of the watch.
  public typealias Element = WatchUpdate
  /// It never fails.
  public typealias Failure = Never

  let client: KubeClient
  let group: String
  let version: String
  let kind: String
  let namespace: String
  let name: String
  let lifetime: Duration
  let pollInterval: Duration

  /// Starts from the beginning.
  public func makeAsyncIterator() -> Iterator { Iterator(watch: self) }

  /// Drives the connection as it is asked for the next update.
  public struct Iterator: AsyncIteratorProtocol {
    /// Where the watch stands.
    private enum State {
      /// Everything has to be listed. Can transition to: - `listed`, `polling`.
      case unlisted
      /// A connection has to be made from this version. Can transition to: - `connected`; - `unlisted` by 410; - `polling`.
      case listed(resourceVersion: String)
      /// Events arrive. Can transition to: - `listed` at the end of the connection; - `unlisted` by 410.
      case connected(Events, resourceVersion: String)
      /// Watching is not allowed.
      case polling
    }

    private let watch: KubeWatch
    private var state = State.unlisted
    private var failures = 0
    private var isInterrupted = false

    init(watch: KubeWatch) { self.watch = watch }

    /// The next update; nil when the task is cancelled.
    public mutating func next() async -> WatchUpdate? {
      while !Task.isCancelled {
        if let update = await step() { return Task.isCancelled ? nil : update }
      }
      return nil
    }

    private mutating func step() async -> WatchUpdate? {
      switch state {
      case .unlisted: return await list(then: { .listed(resourceVersion: $0) })
      case .polling:
        await pause(for: watch.pollInterval)
        return await list(then: { _ in .polling })
      case .listed(let version): return await connect(from: version)
      case .connected(let events, let version): return await read(events, from: version)
      }
    }

    private mutating func list(then state: (String) -> State) async -> WatchUpdate? {
      do {
        let resource = try await resource()
        let list = try await watch.client.list(resource, namespace: watch.namespace, name: watch.name)
        self.state = state(list.resourceVersion)
        failures = 0
        isInterrupted = false
        return .listed(list.items, resourceVersion: list.resourceVersion)
      } catch { return await failed(error) }
    }

    private mutating func connect(from version: String) async -> WatchUpdate? {
      do {
        let resource = try await resource()
        let seconds = Swift.max(1, watch.lifetime.components.seconds)
        var query: [(name: String, value: String)] = [
          ("watch", "true"), ("resourceVersion", version), ("allowWatchBookmarks", "true"),
          ("timeoutSeconds", String(seconds)),
        ]
        if !watch.name.isEmpty { query.append(("fieldSelector", "metadata.name=\(watch.name)")) }
        let request = KubeRequest(
          .get, resource.path(namespace: watch.namespace), query: query,
          timeout: .seconds(seconds + 15))
        let stream = try await watch.client.line.stream(request)
        guard stream.head.status == 200 else { return await refused(stream, request) }
        state = .connected(Events(stream.chunks), resourceVersion: version)
        guard isInterrupted else { return nil }
        isInterrupted = false
        return .resumed
      } catch { return await failed(error) }
    }

    /// The server answered, but not with events.
    private mutating func refused(_ stream: KubeStream, _ request: KubeRequest) async -> WatchUpdate? {
      var body: [UInt8] = []
      do {
        for try await chunk in stream.chunks {
          body += chunk
          if body.count > 65_536 { break }
        }
      } catch {}  // the status tells enough
      var response = stream.head
      response.body = body
      let error = KubeError(response, status: try? JSON.parse(body), to: request)
      switch stream.head.status {
      case 403, 405:
        state = .polling
        return nil
      case 410:
        state = .unlisted
        return nil
      default: return await failed(error)
      }
    }

    private mutating func read(_ events: Events, from version: String) async -> WatchUpdate? {
      do {
        guard let event = try await events.next() else {
          // The server ends a watch after its time; that is no failure. One that ends at once is, or we would spin.
          state = .listed(resourceVersion: version)
          if events.count == 0 { await pause(for: .milliseconds(500)) }
          return nil
        }
        guard let type = event["type"]?.string, let object = event["object"] else {
          throw KubeError(.unreadable, message: "a watch event has no type or object")
        }
        if type == "ERROR" {
          failures = 0
          let code = object["code"]?.integer ?? 500
          if code == 410 {
            state = .unlisted
            return nil
          }
          throw KubeError(.status(Int(code)), message: object["message"]?.string ?? "the watch failed")
        }
        failures = 0
        state = .connected(events, resourceVersion: object["metadata", "resourceVersion"]?.string ?? version)
        switch type {
        case "ADDED", "MODIFIED": return .changed(object)
        case "DELETED": return .deleted(object)
        default: return nil  // a bookmark, or something newer than we are
        }
      } catch {
        state = .listed(resourceVersion: version)
        let reason = error as? KubeError ?? KubeError(.connection, message: "the watch broke: \(error)")
        return await failed(reason)
      }
    }

    /// Tells of the first failure in a row at once, and waits before the next attempt.
    private mutating func failed(_ error: KubeError) async -> WatchUpdate? {
      failures += 1
      if case .status(410) = error.kind { state = .unlisted }
      if !isInterrupted {
        isInterrupted = true
        return .interrupted(error)
      }
      let full = Swift.min(Int64(100) << Int64(Swift.min(failures, 8)), 15_000)
      let delay = Duration.milliseconds(Int64.random(in: full / 2...full))
      await pause(for: Swift.max(delay, Swift.min(error.retryAfter ?? .zero, .seconds(30))))
      return nil
    }

    private func pause(for duration: Duration) async { try? await watch.client.line.clock.sleep(duration) }

    private func resource() async throws(KubeError) -> KubeResource {
      try await watch.client.resource(group: watch.group, version: watch.version, kind: watch.kind)
    }
  }
}
