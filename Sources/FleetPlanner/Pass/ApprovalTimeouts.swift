internal import FleetModel

/// Requests for approval that nobody answers in time (R19).
extension Pass {
  /// Halts the run when a gate of the list has been asked for in vain for its `timeout`; answers whether it did.
  mutating func stopByTimeout(_ list: CheckRecord.List, _ index: Int) -> Bool {
    for rule in stages[index].approvalRules(list) {
      guard let timeout = rule.timeout, let until = answerDue(rule, stages[index]) else { continue }
      guard now >= until else {
        wakes.append(until)
        continue
      }
      let needed = run.approvalsNeeded(by: rule)
      let reason = "nobody gave the \(needed == 1 ? "approval" : "\(needed) approvals") within \(timeout.text)"
      stages[index].state = .halted
      stages[index].haltReason = Stage.timedOut + reason
      run.state = .halted
      note("rollout.halted", stage: index, Stage.timedOut + reason)
      return true
    }
    return false
  }

  /// When a gate's request runs out; nil when it has all that it needs, or waits without limit. One whose approvals have
  /// lapsed asks anew from then on.
  func answerDue(_ rule: ApprovalRule, _ stage: Stage) -> Instant? {
    guard let timeout = rule.timeout, var askedAt = stage.askedAt else { return nil }
    let valid = validApprovals(of: stage, rule: rule, run: run, now: now)
    guard valid.count < run.approvalsNeeded(by: rule) else { return nil }
    if let expiry = rule.expiresAfter {
      for approval in stage.approvals where approval.planHash == run.planHash {
        let lapsesAt = approval.at + expiry
        if lapsesAt <= now { askedAt = max(askedAt, lapsesAt) }
      }
    }
    return askedAt + timeout
  }
}

extension Stage {
  /// How the halt of a stage begins that waited for approval in vain.
  fileprivate static let timedOut = "approval timed out: "

  /// Whether it is halted because nobody approved in time.
  var isTimedOut: Bool { state == .halted && haltReason.hasPrefix(Self.timedOut) }

  /// The rules of the approvals in a list of its gates.
  func approvalRules(_ list: CheckRecord.List) -> [ApprovalRule] {
    gates(list).compactMap { gate in
      switch gate {
      case .approval(let rule): rule
      case .analysis, .http: nil
      }
    }
  }
}
