import FleetModel
import Foundation
import Manifest

/// A Lease of `coordination.k8s.io/v1`, by which one of several processes writes to a cluster, in the fields and by the
/// rules of client-go's leader election: whoever holds it renews it in time; the others take it when it has not changed
/// for its whole length by their own clocks, which therefore need not agree.
///
/// It is taken when something is to be written and renewed while that goes on, so that it costs nothing at rest. Its
/// requests wait for no other ones, because those wait for it.
public actor KubeLease {
  /// How long things take.
  public struct Times: Sendable, Hashable {
    /// How long others leave a Lease alone that does not change; whole seconds.
    public var duration: Duration
    /// How long after a renewal writes go on while another one fails.
    public var deadline: Duration
    /// How long after a renewal the next one is made.
    public var renewAfter: Duration

    /// Those of client-go by default, with fewer renewals.
    public init(
      duration: Duration = .seconds(15), deadline: Duration = .seconds(10), renewAfter: Duration = .seconds(5)
    ) {
      self.duration = duration
      self.deadline = deadline
      self.renewAfter = renewAfter
    }
  }

  private struct Own {
    var document: Node
    /// Counted from before the request, which may take long.
    var renewedAt: ContinuousClock.Instant
  }

  private let transport: any KubeTransport
  private let namespace: String
  private let name: String
  private let holder: String
  private let times: Times
  private let changed: @Sendable (_ isHeld: Bool, _ words: String) -> Void
  private var own: Own?
  /// What another holder's Lease looked like, and since when.
  private var seen: (version: String, since: ContinuousClock.Instant)?
  private var attempt: Task<Result<Void, KubeError>, Never>?
  private var isReleased = false

  /// Makes a Lease; nothing is asked before the first write.
  ///
  /// - Parameters:
  ///   - kube: a client of the cluster.
  ///   - namespace: made when it is not there.
  ///   - holder: who asks, another text for every process.
  ///   - changed: told when the Lease is won and when another process has it.
  public init(
    kube: KubeClient, namespace: String, name: String, holder: String, times: Times = Times(),
    changed: @escaping @Sendable (_ isHeld: Bool, _ words: String) -> Void = { _, _ in }
  ) {
    transport = kube.line.transport
    self.namespace = namespace
    self.name = name
    self.holder = holder
    self.times = times
    self.changed = changed
  }

  /// Makes sure that this process may write now.
  ///
  /// - Throws: a `KubeError` of kind `connection` when another process has the Lease or it cannot be renewed in time, with
  ///   how long it is to be left alone; what the server says when we may not have it.
  public func hold() async throws(KubeError) {
    if let own, own.renewedAt + times.renewAfter > .now { return }
    do { try await renew() } catch {
      let mayPass = error.kind == .connection || error.status.map { $0 == 429 || $0 >= 500 } == true
      guard mayPass, let own, own.renewedAt + times.deadline > .now else { throw error }
    }
  }

  /// Renews it again and again until the task is cancelled.
  public func keep() async {
    while !Task.isCancelled {
      let due = own.map { $0.renewedAt + times.renewAfter } ?? .now + times.renewAfter
      do { try await Task.sleep(until: max(due, .now + .milliseconds(100)), clock: .continuous) } catch { return }
      if own != nil { try? await renew() }
    }
  }

  /// Gives it away, so that nobody has to wait; for an end in good order.
  public func release() async {
    isReleased = true
    _ = await attempt?.value
    guard let own, own.renewedAt + times.deadline > .now else { return }
    self.own = nil
    var document = own.document
    document["spec"]?["holderIdentity"] = ""
    document["spec"]?["leaseDurationSeconds"] = 1
    document["spec"]?["renewTime"] = Node(.string(Self.now()))
    _ = try? await send(.put, document, timeout: .seconds(2))
  }

  /// One attempt at a time; who asks meanwhile gets its answer.
  private func renew() async throws(KubeError) {
    if isReleased { throw KubeError(.connection, message: "the process ends") }
    if let attempt { return try await attempt.value.get() }
    let task = Task { () -> Result<Void, KubeError> in
      do throws(KubeError) {
        try await take()
        return .success(())
      } catch { return .failure(error) }
    }
    attempt = task
    let result = await task.value
    attempt = nil
    try result.get()
  }

  private func take() async throws(KubeError) {
    let begun = ContinuousClock.now
    if let own {
      do {
        return try await write(own.document, begun: begun, isNew: false)
      } catch {
        // Of a Lease that was deleted an API server takes the replacement for a creation, and then refuses its version.
        let isGone = error.status == 404 || error.message.contains("resourceVersion should not be set")
        guard error.status == 409 || isGone else { throw error }
        self.own = nil
        changed(false, "the Lease was taken by another process, or deleted")
      }
    }
    guard let found = try await read() else { return try await create(begun: begun) }
    let other = found["spec", "holderIdentity"]?.string ?? ""
    guard !other.isEmpty, other != holder else { return try await write(found, begun: begun, isNew: true) }
    let version = found["metadata", "resourceVersion"]?.string ?? ""
    if seen?.version != version { seen = (version, begun) }
    let length = found["spec", "leaseDurationSeconds"]?.integer.map { Duration.seconds($0) } ?? times.duration
    let rest = begun.duration(to: (seen?.since ?? begun) + length)
    guard rest <= .zero else {
      let words = "\(other) has the Lease \(namespace)/\(name): another agent writes to this cluster"
      changed(false, words)
      throw KubeError(.connection, message: words, retryAfter: rest)
    }
    try await write(found, begun: begun, isNew: true)
  }

  /// Replaces the Lease that was read, which fails when anybody has changed it since.
  private func write(_ found: Node, begun: ContinuousClock.Instant, isNew: Bool) async throws(KubeError) {
    var document = found
    let now = Node(.string(Self.now()))
    var spec = found["spec"] ?? [:]
    if isNew, spec["holderIdentity"]?.string != holder {
      spec["acquireTime"] = now
      spec["leaseTransitions"] = Node(.integer((spec["leaseTransitions"]?.integer ?? 0) + 1))
    }
    spec["holderIdentity"] = Node(.string(holder))
    spec["leaseDurationSeconds"] = Node(.integer(seconds))
    spec["renewTime"] = now
    document["spec"] = spec
    document["metadata"]?["managedFields"] = nil
    take(try await send(.put, document), begun: begun, isNew: isNew)
  }

  private func create(begun: ContinuousClock.Instant) async throws(KubeError) {
    let now = Node(.string(Self.now()))
    let document: Node = [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
      "metadata": ["name": Node(.string(name)), "namespace": Node(.string(namespace))],
      "spec": [
        "holderIdentity": Node(.string(holder)), "leaseDurationSeconds": Node(.integer(seconds)), "acquireTime": now,
        "renewTime": now, "leaseTransitions": 0,
      ],
    ]
    do { take(try await send(.post, document), begun: begun, isNew: true) } catch {
      guard error.status == 404 else { throw error }
      let home: Node = [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": ["name": Node(.string(namespace)), "labels": ["app.kubernetes.io/managed-by": "flotilla"]],
      ]
      let request = KubeRequest(
        .post, "/api/v1/namespaces", contentType: KubeRequest.json, body: JSON.bytes(home), timeout: .seconds(10))
      do { _ = try KubeClient.tree(of: try await transport.send(request), request) } catch  where error.status == 409 {}
      take(try await send(.post, document), begun: begun, isNew: true)
    }
  }

  private func take(_ document: Node, begun: ContinuousClock.Instant, isNew: Bool) {
    own = Own(document: document, renewedAt: begun)
    seen = nil
    if isNew { changed(true, "the Lease \(namespace)/\(name) is ours") }
  }

  private func read() async throws(KubeError) -> Node? {
    do { return try await send(.get, nil) } catch {
      guard error.status == 404 else { throw error }
      return nil
    }
  }

  private func send(
    _ method: KubeRequest.Method, _ document: Node?, timeout: Duration = .seconds(10)
  ) async throws(KubeError) -> Node {
    let collection =
      "/apis/coordination.k8s.io/v1/namespaces/\(PercentEncoding.encode(namespace))/leases"
    let request = KubeRequest(
      method, method == .post ? collection : "\(collection)/\(PercentEncoding.encode(name))",
      contentType: document == nil ? nil : KubeRequest.json, body: document.map { JSON.bytes($0) }, timeout: timeout)
    return try KubeClient.tree(of: try await transport.send(request), request)
  }

  private var seconds: Int64 { max(1, (times.duration.wholeMilliseconds + 999) / 1_000) }

  /// The time as Kubernetes writes it in Leases: with six digits.
  private static func now() -> String {
    let text = Instant(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000)).rfc3339
    return text.dropLast() + "000Z"
  }
}

extension KubeClient {
  /// A client whose writes happen only while this process has the Lease: it is asked right before every one of them,
  /// also when that had to wait for its turn. Reads and dry runs need none.
  public func writing(with lease: KubeLease) -> KubeClient {
    var client = self
    client.line.beforeWrite = { () throws(KubeError) in try await lease.hold() }
    return client
  }
}
