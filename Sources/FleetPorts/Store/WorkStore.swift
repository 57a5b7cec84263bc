public import FleetModel

/// What a task works on. Each task takes no input but the row's number, is safe to repeat, and is woken early by a signal
/// or in time by a timer (DESIGN, FleetController).
public enum WorkKind: String, Sendable, CaseIterable {
  /// Fetch a repository; `row` is its number.
  case repository
  /// Expand and render a FleetSet into a release; `row` is its number.
  case expansion
  /// Decide whether a FleetSet needs a run; `row` is its number.
  case start
  /// Plan a rollout; `row` is its number.
  case rollout
  /// Measure what the gates of a rollout ask for; `row` is its number.
  case check
}

/// A claimed piece of work: nobody else works on it until `until`.
public struct WorkClaim: Hashable, Sendable {
  /// What to do.
  public var kind: WorkKind
  /// On which row.
  public var row: Int64
  /// Raised by every wake; finishing compares it, so that a wake during the work is not lost.
  public var sequence: Int64

  /// Makes a claim.
  public init(kind: WorkKind, row: Int64, sequence: Int64) {
    self.kind = kind
    self.row = row
    self.sequence = sequence
  }
}

/// A signal that something may be due; only ever wakes earlier than the timer.
public enum StoreSignal: Hashable, Sendable {
  /// Work of this kind is due.
  case work(WorkKind)
  /// These clusters have newer orders.
  case orders([ClusterID])
  /// The event feed has grown.
  case events
}

/// Claims and wake-ups. Called by the controller's loops.
public protocol WorkStore: Sendable {
  /// Takes up to `limit` due pieces of work of a kind that nobody holds, oldest first (`FOR UPDATE SKIP LOCKED`).
  ///
  /// - Parameter rows: the rows of this kind that the controller works on. What it has claimed besides these was lost on the
  ///   way and is taken again; nil when it cannot tell.
  func claim(
    _ kind: WorkKind, limit: Int, by controller: ControllerID, for duration: Duration, holding rows: Set<Int64>?
  )
    async throws(StoreError) -> [WorkClaim]

  /// Gives a claim back: due again at `wakeAt`, or only by a signal when nil; at once when it was woken meanwhile.
  func finish(_ claim: WorkClaim, wakeAt: Instant?) async throws(StoreError)

  /// Gives a claim back after work that failed: due again when the pause, on the store's clock, is over; at once when it
  /// was woken meanwhile.
  func retry(_ claim: WorkClaim, after pause: Duration) async throws(StoreError)

  /// Makes a claim good for so long from now, for work that takes longer than a claim; false when it was lost to somebody
  /// else.
  func extend(_ claim: WorkClaim, for duration: Duration) async throws(StoreError) -> Bool

  /// Makes a piece of work due now.
  func wake(_ kind: WorkKind, row: Int64) async throws(StoreError)

  /// When the next piece of work of a kind is due; nil when none is planned.
  func nextDue(_ kind: WorkKind) async throws(StoreError) -> Instant?

  /// Signals from all controllers, through LISTEN; ends when the connection breaks, and the timer goes on alone until the
  /// caller asks for a new stream.
  func signals() async throws(StoreError) -> AsyncStream<StoreSignal>
}

extension WorkStore {
  /// Takes due work that nobody holds, this controller included.
  public func claim(
    _ kind: WorkKind, limit: Int, by controller: ControllerID, for duration: Duration
  ) async throws(StoreError) -> [WorkClaim] {
    try await claim(kind, limit: limit, by: controller, for: duration, holding: nil)
  }
}

/// Controllers as rows, and the listening clock (R28). Called by the lease loop.
public protocol LeaseStore: Sendable {
  /// Registers this process and starts its lease.
  func registerController(version: String) async throws(StoreError) -> ControllerID

  /// Renews the lease and advances the listening clock; called every 5 seconds while reports are accepted. A gap of more
  /// than 15 seconds without any lease is not listened to, and silence starts anew after it.
  ///
  /// - Returns: whether the lease had lapsed meanwhile: other controllers may have closed the sessions of this one.
  @discardableResult
  func renewLease(of controller: ControllerID) async throws(StoreError) -> Bool

  /// Ends the lease and closes the sessions that this controller holds.
  func releaseLease(of controller: ControllerID) async throws(StoreError)

  /// Closes sessions whose controller's lease has lapsed, wakes what waits for the clusters; answers how many. Safe to
  /// run from any number of controllers. After a gap in which no lease was good it waits for the time of a lease, so that
  /// every controller can renew its own.
  func closeLapsedSessions() async throws(StoreError) -> Int

  /// PostgreSQL's clock.
  func now() async throws(StoreError) -> Instant
}
