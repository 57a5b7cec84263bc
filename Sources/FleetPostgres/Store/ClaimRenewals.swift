import FleetModel
import FleetPorts

/// Makes claims good again, all that ask while one statement is under way with the next: their number must not matter
/// when the way to the database is slow.
actor ClaimRenewals {
  private struct Request {
    var claim: WorkClaim
    var duration: Duration
    var answer: CheckedContinuation<Result<Bool, StoreError>, Never>
  }

  private let pool: Pool
  private var requests: [Request] = []
  private var isSending = false

  init(pool: Pool) { self.pool = pool }

  /// Makes a claim good for so long from now; false when it was lost to somebody else.
  func extend(_ claim: WorkClaim, for duration: Duration) async throws(StoreError) -> Bool {
    let result = await withCheckedContinuation { answer in
      requests.append(Request(claim: claim, duration: duration, answer: answer))
      if !isSending {
        isSending = true
        Task { await send() }
      }
    }
    return try result.get()
  }

  private func send() async {
    while !requests.isEmpty {
      let batch = requests
      requests = []
      let result: Result<Set<WorkClaim>, StoreError>
      do throws(StoreError) {
        result = .success(try await renew(batch.map { ($0.claim, $0.duration) }))
      } catch {
        result = .failure(error)
      }
      for request in batch { request.answer.resume(returning: result.map { $0.contains(request.claim) }) }
    }
    isSending = false
  }

  private func renew(
    _ claims: [(claim: WorkClaim, duration: Duration)]
  ) async throws(StoreError) -> Set<WorkClaim> {
    try await pool.run(.single) { session in
      let kept = try session.rows(
        WorkQueries.extend, .texts(claims.map(\.claim.kind.rawValue)), .ints(claims.map(\.claim.row)),
        .ints(claims.map(\.claim.sequence)), .ints(claims.map(\.duration.wholeMilliseconds)),
        read: { row -> WorkClaim? in
          guard let kind = WorkKind(rawValue: try row.text()) else { return nil }
          return WorkClaim(kind: kind, row: try row.int(), sequence: try row.int())
        })
      return Set(kept.compactMap(\.self))
    }
  }
}
