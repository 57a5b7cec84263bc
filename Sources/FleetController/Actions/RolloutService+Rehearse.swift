public import FleetModel
public import FleetPlanner
public import FleetPorts
public import FleetSimulation

extension RolloutService {
  /// How what `start` would start now would go, by the real planner on a virtual clock over the inventory as it is; nil when
  /// nothing changes. Nothing is stored.
  ///
  /// - Parameters:
  ///   - revision: the release by number, commit or short name; nil for the newest.
  ///   - seed: what chance is drawn from.
  ///   - at: when the run begins; nil for the present minute.
  /// - Throws: ``CommandRefusal`` for what would keep it from starting, ``RehearsalDesk/Busy``, ``StoreError``.
  public func rehearse(
    _ name: FleetSetName, in project: ProjectName, revision: String? = nil, assumptions: RehearsalAssumptions,
    seed: UInt64, at: Instant? = nil, by principal: Principal
  ) async throws -> (run: FrozenRun, rehearsal: Rehearsal)? {
    let request = StartRequest(principal: principal.name, reason: "rehearsal")
    let due = try await due(
      name, in: project, revision: revision.flatMap { $0.isEmpty ? nil : $0 }, request: request)
    switch due.decision {
    case .run(let frozen), .supersedes(_, let frozen):
      var run = due.warned(frozen)
      let minute: Int64 = 60_000
      run.run.createdAt = at ?? Instant(millisecondsSinceEpoch: due.input.now.millisecondsSinceEpoch / minute * minute)
      let clusters = try await inventory(of: project)
      let calendar = due.input.calendar
      let played = try await desk.perform { [run] in
        Swift.Result {
          try FleetSimulation.rehearse(
            run, clusters: clusters, calendar: calendar, assumptions: assumptions, seed: seed)
        }
      }
      do {
        return (run, try played.get())
      } catch {
        throw CommandRefusal(
          .invalid, "the rehearsal takes more work than a controller does for one",
          hint: "rehearse with shorter holds, or a stage with more clusters at once")
      }
    default: return nil
    }
  }

  private func inventory(of project: ProjectName) async throws(StoreError) -> [RehearsedCluster] {
    var clusters: [RehearsedCluster] = []
    var after: String?
    repeat {
      let page = try await store.clusters(in: project, selector: nil, after: after, limit: 1_000)
      clusters += page.elements.map { record in
        RehearsedCluster(
          id: record.cluster.id, name: record.cluster.name, labels: record.cluster.labels,
          kubernetes: record.kubernetesVersion,
          cordonReason: record.cluster.cordonReason ?? record.hold.map { "held on its site: \($0.reason)" },
          isAway: !record.isConnected)
      }
      after = page.next
    } while after != nil
    return clusters
  }
}
