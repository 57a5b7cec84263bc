internal import FleetModel

extension Pass {
  mutating func approve(_ name: String?, _ giver: CommandGiver) throws(CommandRefusal) {
    let index = try askingStage(name)
    let stage = stages[index]
    let rules = approvalRules(asked(of: stage))
    // Of several gates the one that waits for somebody like this giver is meant.
    let open = rules.filter {
      validApprovals(of: stage, rule: $0, run: run, now: now).count < run.approvalsNeeded(by: $0)
    }
    let fitting = open.first { rule in
      (rule.groups.isEmpty || giver.groups.contains(where: rule.groups.contains))
        && !(rule.notAuthor && isAuthor(giver))
    }
    guard let rule = fitting ?? open.first else { return }
    let given = validApprovals(of: stage, rule: rule, run: run, now: now)
    if given.contains(where: { $0.principal == giver.name }) { return }
    if !rule.groups.isEmpty, !giver.groups.contains(where: rule.groups.contains) {
      throw CommandRefusal(
        .forbidden,
        "stage \(stage.name) needs approval by group \(rule.groups.joined(separator: " or ")); "
          + "\(giver.name) is in \(giver.groups.isEmpty ? "none" : giver.groups.joined(separator: ", "))",
        hint: "a token's groups are given when it is made: `flotilla token create NAME --right approve --group …`")
    }
    if rule.notAuthor, isAuthor(giver) {
      throw CommandRefusal(
        .forbidden,
        "\(giver.name) is an author of this change or started the run, and stage \(stage.name) says notAuthor",
        hint: "ask somebody else to approve")
    }
    stages[index].approvals.append(
      Approval(
        principal: giver.name, groups: giver.groups, reason: giver.reason, planHash: run.planHash, at: now,
        isAfterOpening: stage.openedAt != nil))
    note("stage.approved", stage: index, "approved by \(giver.name)")
  }

  private func isAuthor(_ giver: CommandGiver) -> Bool {
    run.isAuthor(giver.name)
      || run.authors.contains { author in
        giver.gitIdentities.contains { isGitIdentity($0, of: author) }
      }
  }

  mutating func reject(_ name: String?, _ giver: CommandGiver) throws(CommandRefusal) {
    guard run.state == .running || run.state == .paused else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), nothing asks for approval")
    }
    let index = try askingStage(name)
    let why = "rejected by \(giver.name)" + (giver.reason.isEmpty ? "" : ": \(giver.reason)")
    stages[index].state = .halted
    stages[index].haltReason = why
    run.breach = Run.Breach(stage: index, cause: why, at: now, aftermath: .halt)
    run.state = slotsHeld == 0 ? .halted : .halting
    plan.hold = HoldDraft(reason: why, by: giver.name)
    note("stage.rejected", stage: index, why)
  }

  /// Takes back what the giver approved, until the stage has gone on with it (R19).
  mutating func revokeApproval(_ name: String?, _ giver: CommandGiver) throws(CommandRefusal) {
    try checkStage(name)
    for index in stages.indices where (name ?? stages[index].name) == stages[index].name {
      let stage = stages[index]
      guard !stage.state.isComplete else { continue }
      let kept = stage.approvals.filter { approval in
        approval.principal != giver.name || approval.planHash != run.planHash
          || approval.isAfterOpening != (stage.openedAt != nil)
      }
      guard kept.count < stage.approvals.count else { continue }
      stages[index].approvals = kept
      if stage.askedAt != nil { stages[index].askedAt = now }
      let why = giver.reason.isEmpty ? "" : ": \(giver.reason)"
      note("stage.approvalRevoked", stage: index, "\(giver.name) takes the approval back\(why)")
      return
    }
    throw CommandRefusal(
      .conflict,
      "there is no approval by \(giver.name) that \(name.map { "stage \($0)" } ?? run.displayName) still waits with",
      hint: "what a stage has opened with cannot be taken back; `flotilla rollout pause` stops new orders")
  }

  /// The stage that is named, or the one that has its turn; it must have an approval gate to come.
  private func askingStage(_ name: String?) throws(CommandRefusal) -> Int {
    try checkStage(name)
    let asking = stages.filter { !$0.state.isComplete && !approvalRules(asked(of: $0)).isEmpty }
    let meant = name ?? stages.first { !$0.state.isComplete }?.name
    if let stage = asking.first(where: { $0.name == meant }) { return stage.index }
    let later = name == nil ? asking.first?.name : nil
    throw CommandRefusal(
      .conflict, "\(name.map { "stage \($0)" } ?? run.displayName) asks for no approval",
      hint: later.map { "stage \($0) will, when it has its turn; --stage \($0) means it already now" } ?? "")
  }

  /// The gates that a stage asks now, or asks next: those before it until it has opened, then those after it (R20).
  private func asked(of stage: Stage) -> [Gate] { stage.openedAt == nil ? stage.rules.before : stage.rules.after }

  private func approvalRules(_ gates: [Gate]) -> [ApprovalRule] {
    gates.compactMap { gate -> ApprovalRule? in
      switch gate {
      case .approval(let rule): rule
      case .analysis, .http: nil
      }
    }
  }
}

/// Whether the author of a commit is a git identity: the whole `Name <address>`, or its address.
public func isGitIdentity(_ identity: String, of author: String) -> Bool {
  author == identity || author.hasSuffix("<\(identity)>")
}
