internal import FleetModel

extension FieldReader {
  /// The rules over several stages: names, shares, `rest` (R1, AMENDMENTS 34) and budgets (AMENDMENTS 12). The receiver
  /// is the list of stages.
  func check(_ stages: [ReadStage], against budgets: RunBudgets) {
    checkNames(stages)
    checkShares(stages)
    checkOverlaps(stages)
    for stage in stages {
      stage.failuresField?.warnIfLarger(stage.strategy.failureBudget, than: budgets.failures, budget: "failures")
      stage.unreachableField?.warnIfLarger(
        stage.strategy.unreachableBudget, than: budgets.unreachable, budget: "unreachable")
    }
  }

  private func checkNames(_ stages: [ReadStage]) {
    var places: [String: FieldReader] = [:]
    for stage in stages {
      if let earlier = places.updateValue(stage.field, forKey: stage.strategy.name) {
        places[stage.strategy.name] = earlier
        stage.field.error(
          "the name \"\(stage.strategy.name)\" is taken by \(earlier.path)", hint: "give each stage a name of its own")
      }
    }
  }

  private func checkShares(_ stages: [ReadStage]) {
    var total = 0
    var hasShares = false
    var rest: ReadStage?
    for stage in stages {
      switch stage.strategy.selection {
      case .percent(let share):
        hasShares = true
        let before = total
        total += share
        if before <= 100, total > 100 {
          stage.selectionField?.error(
            "with \(share)% the shares of the stages add up to \(total)%",
            hint: "each percent is the stage's own share, not a running sum; they may add up to at most 100%")
        }
      case .count: break
      case .rest:
        if let rest {
          stage.selectionField?.error("nothing is left after the stage \"\(rest.strategy.name)\", which takes the rest")
        }
        rest = rest ?? stage
        continue
      case .clusters, .targets, .names: continue
      }
      if let rest {
        stage.selectionField?.error(
          "nothing is left after the stage \"\(rest.strategy.name)\", which takes the rest",
          hint: "put the stage with rest: true last")
      }
    }
    if hasShares, total < 100, rest == nil {
      error(
        "the shares of the stages add up to \(total)%, so that some clusters would be in no stage",
        hint: "add {name: rest, rest: true} at the end, or let them add up to 100%")
    }
  }

  /// A stage's budget above the run's can never be used up; only like can be compared with like.
  private func warnIfLarger(_ stage: IntOrPercent?, than run: IntOrPercent?, budget: String) {
    let isLarger =
      switch (stage, run) {
      case (.count(let stage)?, .count(let run)?), (.percent(let stage)?, .percent(let run)?): stage > run
      default: false
      }
    guard isLarger, let stage, let run else { return }
    warning(
      "\(stage) is more than the \(run) that the whole run allows",
      hint: "the run's budget rollout.budgets.\(budget) stops first")
  }
}
