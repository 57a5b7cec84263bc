public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Runs, newest first.
  public func rollouts(
    of fleetSet: FleetSetName?, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<RolloutRecord> {
    try await snapshot { session in
      let cursor = try after.map { text in
        guard let id = Int64(text) else { throw PageCursor.invalid }
        return id
      }
      let found = try session.rows(
        RolloutQueries.rollouts, .name(project), .name(fleetSet), .int(cursor), .int(limit + 1),
        read: { try $0.rolloutRecord() })
      return Page(try session.withStages(found), limit: limit) { $0.run.id.description }
    }
  }

  /// One run by set and number.
  public func rollout(
    of fleetSet: FleetSetName, number: Int?, in project: ProjectName
  ) async throws(StoreError) -> RolloutRecord? {
    try await snapshot { session in
      let found = try session.rows(
        RolloutQueries.rollout, .name(project), .name(fleetSet), .int(number), read: { try $0.rolloutRecord() })
      return try session.withStages(found).first
    }
  }

  /// Steps of a run in order of stage and position.
  public func steps(
    of rollout: RolloutID, states: [StepState], after: String?, limit: Int
  ) async throws(StoreError) -> Page<StepRecord> {
    try await read { session in
      let cursor: [Int64] =
        try after.map { text in
          let parts = text.split(separator: ".").compactMap { Int64($0) }
          guard parts.count == 3, parts.prefix(2).allSatisfy({ Int32(exactly: $0) != nil }) else {
            throw PageCursor.invalid
          }
          return parts
        } ?? [-1, 0, 0]
      let found = try session.rows(
        RolloutQueries.steps, .id(rollout), .texts(states.map(\.rawValue)), .int(cursor[0]), .int(cursor[1]),
        .int(cursor[2]), .int(limit + 1)
      ) { row in
        let record = StepRecord(
          stage: try row.text(), clusterName: try row.name(), targetName: try row.name(), state: try row.raw(),
          attempt: try row.count(), failure: try row.text(), message: try row.text(),
          dispatchedAt: try row.optionalInstant(), changedAt: try row.instant())
        return (record: record, cursor: "\(try row.int()).\(try row.int()).\(try row.int())")
      }
      return Page(
        elements: found.prefix(limit).map(\.record), next: found.count > limit ? found[limit - 1].cursor : nil)
    }
  }

  /// The changed members of an ended run, with what they ran before it.
  public func undoMembers(of rollout: RolloutID) async throws(StoreError) -> [UndoMember] {
    try await read { session in
      try session.rows(RolloutQueries.undoMembers, .id(rollout)) { row in
        let stage = try row.count()
        var member = try row.startMember()
        member.release = try row.id()
        return UndoMember(stage: stage, member: member)
      }
    }
  }

  /// Takes the hold off a set's releases.
  public func releaseHold(
    of fleetSet: FleetSetName, in project: ProjectName, cause: ChangeCause, dryRun: Bool
  ) async throws(StoreError) {
    try await pool.run(dryRun ? .rehearsal : .change) { session in
      let released = try session.releaseHolds(of: fleetSet, in: project, cause: cause)
      guard !released.isEmpty else { throw StoreError(.conflict, "no release of '\(fleetSet)' is on hold") }
      try session.wake(.start, released)
    }
  }
}

extension Session {
  /// Takes the holds off a set's releases; answers the set's row when there were any.
  fileprivate func releaseHolds(of fleetSet: FleetSetName, in project: ProjectName, cause: ChangeCause) throws
    -> [Int64]
  {
    let released = try rows(
      RolloutQueries.releaseHolds, .name(project), .name(fleetSet), .text(cause.principal), .text(cause.reason),
      read: { try $0.int() })
    guard !released.isEmpty else { return [] }
    try record(
      Event(
        "release.released", project: project, fleetSet: fleetSet.rawValue, cause: cause,
        message: "\(cause.principal) took the hold off"))
    return released
  }

  fileprivate func withStages(_ records: [RolloutRecord]) throws -> [RolloutRecord] {
    guard !records.isEmpty else { return [] }
    let stages = try rows(RolloutQueries.stages, .ids(records.map(\.run.id)), read: { try $0.stage() })
    let byRun = Dictionary(grouping: stages, by: \.rollout)
    return records.map { record in
      var record = record
      record.stages = (byRun[record.run.id] ?? []).map(\.stage)
      return record
    }
  }
}
