internal import FleetModel

/// The SHA-256 of the frozen content (R19): one line a fact, in a fixed order, so that every process gets the same.
func planHash(
  release: ReleaseID, kind: RolloutKindOfRun, strategy: RolloutStrategy, stages: [Stage], units: [Unit]
) -> Digest {
  var lines = ["release \(release)", "kind \(kind.rawValue)"]
  lines.append("policy \(strategy.unit.rawValue) \(strategy.membership.rawValue) \(strategy.firstAlone)")
  let failure = strategy.onFailure
  let removesNew = failure.removeNew ? " removeNew" : ""
  lines.append("failure \(failure.action.rawValue) \(failure.scope.rawValue) \(failure.inFlight.rawValue)\(removesNew)")
  let budgets = strategy.budgets
  lines.append(
    "budgets \(budgets.failures.map { "\($0)" } ?? "-") \(budgets.unreachable) \(budgets.removals) \(budgets.prunes)")
  lines += strategy.limits.map { "limit \($0.label) \($0.maxInFlight)" }
  if let windows = strategy.windows { lines.append("windows \(windows.joined(separator: ","))") }
  for stage in stages {
    let rules = stage.rules
    lines.append(
      "stage \(stage.name) \(stage.size) \(stage.changing) \(stage.slots) \(stage.rollbackSlots) "
        + "\(stage.failureBudget) \(stage.unreachableBudget ?? -1) \(stage.minSucceeded)")
    lines.append(
      "timing \(rules.minReady.text) \(rules.failFast.text) \(rules.progressDeadline.text) "
        + "\(rules.unreachableAfter.text) \(rules.soak.text) \(rules.unreachable.rawValue) \(rules.holdFor.text) "
        + "\(rules.whenUnchanged.rawValue) \(rules.gateWhenEmpty)")
    if let windows = rules.windows { lines.append("windows \(windows.joined(separator: ","))") }
    lines += rules.before.map { "before \($0.canonicalText)" } + rules.after.map { "after \($0.canonicalText)" }
  }
  for unit in units {
    for step in unit.steps {
      lines.append(
        "step \(unit.stage) \(unit.position) \(unit.cluster) \(step.target) \(step.bundle) \(step.release) "
          + "\(step.before?.bundle.hexadecimal ?? "-") \(step.state == .unchanged) \(unit.wasUnhealthy)")
    }
  }
  return sha256(of: lines.joined(separator: "\n"))
}

extension Gate {
  fileprivate var canonicalText: String {
    switch self {
    case .analysis(let name, let analysis):
      "analysis \(name) \(analysis?.url ?? "") \(analysis?.query ?? "") \(analysis?.pass.text ?? "") "
        + "\(analysis?.fail?.text ?? "") \(analysis?.rule.canonicalText ?? "")"
    case .http(let check): "http \(check.method.rawValue) \(check.url) \(check.rule.canonicalText)"
    case .approval(let rule):
      "approval \(rule.groups.joined(separator: ",")) \(rule.count) \(rule.notAuthor) \(rule.expiresAfter?.text ?? "-") "
        + "\(rule.timeout?.text ?? "-")"
    }
  }
}

extension CheckRule {
  fileprivate var canonicalText: String {
    "\(interval.text) \(timeout.text) \(count) \(failures) \(retries) \(onInconclusive.rawValue) "
      + "\(onNoData.rawValue) \(onError.rawValue)"
  }
}
