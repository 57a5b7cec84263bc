public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Takes due pieces of work.
  public func claim(
    _ kind: WorkKind, limit: Int, by controller: ControllerID, for duration: Duration, holding rows: Set<Int64>?
  ) async throws(StoreError) -> [WorkClaim] {
    try await statement { session in
      let claimed = try session.rows(
        WorkQueries.claim, .text(kind.rawValue), .int(limit), .id(controller), .milliseconds(duration),
        rows.map { .ints($0) } ?? .null,
        read: { row in
          (claim: WorkClaim(kind: kind, row: try row.int(), sequence: try row.int()), wakeAt: try row.text())
        })
      return claimed.sorted { ($0.wakeAt, $0.claim.row) < ($1.wakeAt, $1.claim.row) }.map(\.claim)
    }
  }

  /// Gives a claim back.
  public func finish(_ claim: WorkClaim, wakeAt: Instant?) async throws(StoreError) {
    try await statement { session in
      try session.execute(
        WorkQueries.finish, .text(claim.kind.rawValue), .int(claim.row), .int(claim.sequence), .instant(wakeAt))
    }
  }

  /// Gives a claim back to be tried again.
  public func retry(_ claim: WorkClaim, after pause: Duration) async throws(StoreError) {
    try await statement { session in
      try session.execute(
        WorkQueries.retry, .text(claim.kind.rawValue), .int(claim.row), .int(claim.sequence), .milliseconds(pause))
    }
  }

  /// Makes a claim good for longer.
  public func extend(_ claim: WorkClaim, for duration: Duration) async throws(StoreError) -> Bool {
    try await renewals.extend(claim, for: duration)
  }

  /// Makes a piece of work due now.
  public func wake(_ kind: WorkKind, row: Int64) async throws(StoreError) {
    try await change { try $0.wake(kind, [row]) }
  }

  /// When the next piece of work is due.
  public func nextDue(_ kind: WorkKind) async throws(StoreError) -> Instant? {
    try await read { session in
      try session.first(WorkQueries.nextDue, .text(kind.rawValue), read: { try $0.optionalInstant() }) ?? nil
    }
  }

  /// Signals from all controllers.
  public func signals() async throws(StoreError) -> AsyncStream<StoreSignal> { try await hub.subscribe() }
}

extension Session {
  /// Makes rows of a kind due now, and signals it when that changed something.
  func wake(_ kind: WorkKind, _ rows: some Sequence<Int64>) throws {
    try execute(WorkQueries.wake, .text(kind.rawValue), .ints(rows))
  }

  /// Makes work due when so much time has passed, unless it is due before.
  func wake(_ kind: WorkKind, _ rows: [Int64], within delay: Duration) throws {
    guard !rows.isEmpty else { return }
    try execute(WorkQueries.wakeLater, .text(kind.rawValue), .ints(rows), .milliseconds(delay))
  }

  /// Signals clusters that have newer orders, in as few notifications as their limit of 8000 bytes allows.
  func signalOrders(_ clusters: Set<ClusterID>) throws {
    var payloads: [String] = []
    var current = ""
    for cluster in clusters.sorted() {
      if current.utf8.count > 7_900 {
        payloads.append(current)
        current = ""
      }
      current += (current.isEmpty ? "" : ",") + cluster.description
    }
    if !current.isEmpty { payloads.append(current) }
    guard !payloads.isEmpty else { return }
    try execute(WorkQueries.notify, .text(SignalHub.ordersChannel), .texts(payloads))
  }
}
