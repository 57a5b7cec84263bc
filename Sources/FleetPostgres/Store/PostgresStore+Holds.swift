public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Stores whether a cluster's agent holds.
  public func note(_ hold: HoldReport, of cluster: ClusterID) async throws(StoreError) {
    try await change { session in
      let isHeld = hold.remaining > .zero
      let found =
        isHeld
        ? try session.first(
          AgentQueries.hold, .id(cluster), .text(hold.reason.replacingNUL), .text(hold.by.replacingNUL),
          .milliseconds(hold.remaining)
        ) { row in
          (wasHeld: try row.bool(), project: try row.text(), name: try row.text(), until: try row.optionalInstant())
        }
        : try session.first(AgentQueries.endHold, .id(cluster)) { row in
          (wasHeld: true, project: try row.text(), name: try row.text(), until: Instant?.none)
        }
      guard let found else { return }
      let until = found.until.map { " until \($0.rfc3339)" } ?? ""
      try session.record(
        Event(
          isHeld ? "cluster.held" : "cluster.holdEnded", project: ProjectName(found.project), cluster: found.name,
          cause: ChangeCause(principal: "agent of \(found.name)", reason: hold.reason),
          message: isHeld
            ? "\(found.name) is held on its site by \(hold.by)\(until)" : "\(found.name) is held on its site no longer")
      )
      if isHeld != found.wasHeld || !isHeld { try session.noteClusterChanged([cluster.rawValue]) }
    }
  }

  /// Stores what an agent says about itself.
  public func noteAgent(
    of cluster: ClusterID, version: String, clockSkew: Duration?, refusal: String?
  ) async throws(StoreError) {
    // A clock that is right to a minute is right: nothing is written for the others.
    let skew = clockSkew.map(\.wholeMilliseconds).flatMap { abs($0) < 60_000 ? nil : $0 }
    try await change { session in
      guard
        let found = try session.first(
          AgentQueries.noteAgent, .id(cluster), skew.map { .int($0) } ?? .null, .text(version),
          read: { row in
            (
              project: try row.text(), name: try row.text(), skew: try row.optionalInt() ?? 0,
              isAnother: try row.bool()
            )
          })
      else { return }
      let cause = ChangeCause(principal: "agent of \(found.name)")
      func tell(_ kind: String, _ message: String) throws {
        try session.record(
          Event(kind, project: ProjectName(found.project), cluster: found.name, cause: cause, message: message))
      }
      let limit = ClusterRecord.clockTolerance.wholeMilliseconds
      if abs(skew ?? 0) > limit, abs(found.skew) <= limit {
        let words = ClusterRecord.words(ofClock: .milliseconds(skew ?? 0))
        try tell("cluster.clockSkewed", "\(found.name): \(words)")
      }
      if abs(skew ?? 0) <= limit, abs(found.skew) > limit {
        try tell("cluster.clockRight", "\(found.name): its agent's clock is right again")
      }
      if let refusal, found.isAnother { try tell("cluster.agentRefused", "\(found.name): \(refusal)") }
    }
  }
}
