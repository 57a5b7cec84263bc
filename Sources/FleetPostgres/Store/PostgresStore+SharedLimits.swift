internal import FleetModel
internal import FleetPlanner
internal import FleetPorts

extension Session {
  /// The limits that a set shares with others, with the places of all runs that go on (R29).
  func sharedLimits(of project: ProjectName, _ fleetSet: FleetSetName) throws -> [SharedLimitUse] {
    let records = try rows(
      PolicyQueries.entries, .name(project), .text(PolicyKind.limit.rawValue), .text(nil), .int(1_000),
      read: { try $0.policyRecord() })
    guard !records.isEmpty else { return [] }
    let sets = try rows(PlanQueries.openSets, .name(project)) { row in
      (id: try row.int(), name: try row.name() as FleetSetName, labels: try row.json() as [String: String])
    }
    var uses: [SharedLimitUse] = []
    for case .limit(let limit) in records.map(\.entry) {
      let sharing = sets.filter { limit.sets?.matches($0.labels) ?? true }
      guard sharing.contains(where: { $0.name == fleetSet }) else { continue }
      var use = SharedLimitUse(limit)
      let counts = try rows(PlanQueries.sharedInFlight, .ints(sharing.map(\.id)), .text(limit.label)) { row in
        (value: try row.text(), run: try row.text(), count: try row.count())
      }
      for entry in counts { use.inFlight[entry.value, default: [:]][entry.run] = entry.count }
      uses.append(use)
    }
    return uses
  }

  /// Keeps others from taking places until this transaction has taken its own.
  func lockSharedLimits(of project: ProjectName) throws {
    _ = try first(PlanQueries.lockLimits, .name(project), read: { _ in true })
  }

  /// Counts the places again, now that the steps are written: somebody else may have been faster.
  func checkSharedLimits(_ taken: [String: Set<String>], of run: Run) throws {
    guard !taken.isEmpty else { return }
    for use in try sharedLimits(of: run.project, run.fleetSet) {
      for value in taken[use.limit.name] ?? [] where use.count(of: value) > use.limit.maxInFlight {
        throw StoreError(
          .lostRace, "the places of limit \(use.limit.name) were taken since \(run.displayName) was read")
      }
    }
  }

  /// Makes those look again that wait for a place.
  func wakeWaitingForLimits(besides run: Run) throws {
    let waiting = try rows(PlanQueries.waitingForLimits, .name(run.project), .id(run.id), read: { try $0.int() })
    if !waiting.isEmpty { try wake(.rollout, waiting) }
  }
}
