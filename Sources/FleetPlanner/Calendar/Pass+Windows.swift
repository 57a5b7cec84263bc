internal import FleetModel

/// What a pass knows about windows: found out once, not for every unit.
struct WindowMemory {
  struct Key: Hashable {
    var stage: Int
    /// The labels' values that decide; one entry a label that a zone comes from.
    var zones: [String?]
    /// Which of the freezes are about the cluster.
    var freezes: [Bool]
  }

  /// A run back, like a rollback, needs no window and heeds no freeze (R14).
  let areObeyed: Bool
  /// Per stage: the set's and the stage's windows.
  let lists: [[[String]]]
  /// Per stage: the labels that zones come from.
  let zoneLabels: [[String]]
  /// Per stage: whether it can be open for one cluster and closed for another.
  let dependsOnCluster: [Bool]
  var closures: [Key: WindowClosure?] = [:]

  init(_ input: PlanInput) {
    let calendar = input.calendar
    let lists = input.stages.map { stage in
      [input.run.strategy.windows ?? [], stage.rules.windows ?? []].filter { !$0.isEmpty }
    }
    self.lists = lists
    areObeyed = input.run.kind != .undo && (!calendar.freezes.isEmpty || lists.contains { !$0.isEmpty })
    zoneLabels = lists.map { lists in
      let named = lists.joined().compactMap { calendar.windows[$0]?.timeZone }
      return (named + calendar.freezes.map(\.freeze.timeZone)).compactMap { reference in
        if case .fromLabel(let key) = reference { key } else { nil }
      }
    }
    let hasScopes = calendar.freezes.contains { $0.freeze.clusters != nil }
    dependsOnCluster = zoneLabels.map { hasScopes || !$0.isEmpty }
  }
}

extension Pass {
  /// Whether windows and freezes hold orders of a stage back from all its clusters alike; noted for the report (V8).
  mutating func isShut(_ index: Int) -> Bool {
    guard windowMemory.areObeyed, !windowMemory.dependsOnCluster[index] else { return false }
    guard let closure = closure(index, labels: [:]) else { return false }
    waits[index].shut = closure
    return true
  }

  /// Whether windows and freezes hold orders of a stage back from a unit; noted for the report (V8).
  mutating func isShut(_ index: Int, for unit: Int) -> Bool {
    guard windowMemory.areObeyed, let closure = closure(index, labels: units[unit].clusterLabels) else {
      return false
    }
    waits[index].shutFor[closure, default: []].append(units[unit].clusterName)
    return true
  }

  private mutating func closure(_ index: Int, labels: [String: String]) -> WindowClosure? {
    let key = WindowMemory.Key(
      stage: index, zones: windowMemory.zoneLabels[index].map { labels[$0] },
      freezes: input.calendar.freezes.map { $0.freeze.clusters?.matches(labels) ?? true })
    if let known = windowMemory.closures[key] { return known }
    let question = windowQuestion(index, labels: labels)
    let closure = input.calendar.closure(question, at: now)
    // The report names the next opening from the moment on at which the window closes.
    let wake = closure == nil ? input.calendar.closing(question, after: now) : closure?.opensAt
    if let wake { wakes.append(wake) }
    windowMemory.closures[key] = .some(closure)
    return closure
  }

  func windowQuestion(_ index: Int, labels: [String: String]) -> WindowQuestion {
    WindowQuestion(
      lists: windowMemory.lists[index], progressDeadline: stages[index].rules.progressDeadline, labels: labels,
      overrides: stages[index].overrides)
  }

  // Report

  /// What windows and freezes hold back in a stage.
  func windowEntries(_ stage: Stage) -> [Waiting] {
    let waiting = waits[stage.index]
    if let shut = waiting.shut {
      let pending = units.filter { $0.stage == stage.index && $0.hasPendingStep }.map(\.clusterName)
      return [entry(shut, stage, pending, count: max(pending.count, stage.counters[.pending]))]
    }
    return waiting.shutFor.sorted { $0.key.message < $1.key.message }.map { closure, clusters in
      entry(closure, stage, clusters, count: clusters.count)
    }
  }

  private func entry(_ closure: WindowClosure, _ stage: Stage, _ clusters: [ClusterName], count: Int) -> Waiting {
    let command = "flotilla rollout override-window \(run.displayName) --stage \(stage.name) --reason …"
    let given = Set(stage.overrides.map(\.by)).sorted()
    let second = given.isEmpty ? " by two people" : " by somebody besides \(given.joined(separator: ", "))"
    var waiting = Waiting(
      reason: closure.isFreeze ? .freeze : .window, stage: stage.name, clusters: clusters, message: closure.message,
      clearedBy: (closure.opensAt == nil ? "" : "time, or ") + command + (closure.isFreeze ? second : ""),
      nextChange: closure.opensAt)
    waiting.clusterCount = count
    return waiting
  }

  /// Approvals that lapse before the windows open are told in time (R19).
  func lapsingApprovals() -> [String] {
    stages.filter { $0.state == .gated }.compactMap { stage in
      guard let opensAt = waits[stage.index].shut?.opensAt else { return nil }
      let lapses = stage.rules.before.compactMap { gate -> Instant? in
        guard case .approval(let rule) = gate, let expiry = rule.expiresAfter else { return nil }
        return validApprovals(of: stage, rule: rule, run: run, now: now).map { $0.at + expiry }.min()
      }
      guard let first = lapses.min(), first <= opensAt else { return nil }
      return "stage \(stage.name) opens after an approval of it has lapsed: it will be asked for again"
    }
  }
}
