internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `rollout` of a FleetSet (ROLLOUTS, "The strategy"; defaults of AMENDMENTS 12).
  func rolloutStrategy() -> RolloutStrategy? {
    MapReader.read(self) { map in
      let stagesField = map.optional("stages")
      let stages = stagesField?.stages() ?? []
      var strategy = RolloutStrategy(stages: stages.map(\.strategy))
      strategy.trigger = map.optional("trigger")?.choice(RolloutStrategy.Trigger.self) ?? strategy.trigger
      strategy.unit = map.optional("unit")?.choice(RolloutStrategy.Unit.self) ?? strategy.unit
      strategy.order = map.optional("order")?.orderRule() ?? strategy.order
      strategy.membership = map.optional("membership")?.choice(RolloutStrategy.Membership.self) ?? strategy.membership
      strategy.onNewRevision =
        map.optional("onNewRevision")?.choice(RolloutStrategy.NewRevisionPolicy.self) ?? strategy.onNewRevision
      let supersedeField = map.optional("supersede")
      strategy.supersede = supersedeField?.choice(RolloutStrategy.Supersession.self) ?? strategy.supersede
      if strategy.onNewRevision != .supersede {
        supersedeField?.warning("has no effect with onNewRevision: \(strategy.onNewRevision.rawValue)")
      }
      strategy.alreadyUnhealthy =
        map.optional("alreadyUnhealthy")?.choice(RolloutStrategy.UnhealthyPolicy.self) ?? strategy.alreadyUnhealthy
      strategy.budgets = map.optional("budgets")?.runBudgets() ?? strategy.budgets
      strategy.limits = map.optional("limits")?.labelLimits() ?? strategy.limits
      strategy.onFailure = map.optional("onFailure")?.failurePolicy() ?? strategy.onFailure
      strategy.firstAlone = map.optional("firstAlone")?.boolean() ?? strategy.firstAlone
      strategy.onboardMaxConcurrent = map.optional("onboard")?.concurrencyAlone() ?? strategy.onboardMaxConcurrent
      strategy.catchUpMaxConcurrent = map.optional("catchUp")?.concurrencyAlone() ?? strategy.catchUpMaxConcurrent
      strategy.windows = map.optional("windows")?.windowNames()
      stagesField?.check(stages, against: strategy.budgets)
      return strategy
    }
  }

  private func orderRule() -> OrderRule? {
    MapReader.read(self) { map in
      OrderRule(
        label: map.optional("label")?.labelKey(), shuffleSeed: map.optional("shuffleSeed")?.nonEmptyText())
    }
  }

  private func runBudgets() -> RunBudgets? {
    MapReader.read(self) { map in
      let defaults = RunBudgets()
      map.renamed("deletions", to: "removals")
      return RunBudgets(
        failures: map.optional("failures")?.budget(),
        unreachable: map.optional("unreachable")?.budget() ?? defaults.unreachable,
        removals: map.optional("removals")?.budget() ?? defaults.removals,
        prunes: map.optional("prunes")?.budget() ?? defaults.prunes)
    }
  }

  private func labelLimits() -> [LabelLimit]? {
    var seen: Set<String> = []
    return list()?.compactMap { element in
      let limit = MapReader.read(element) { map -> LabelLimit? in
        let labelField = map.required("label")
        let label = labelField?.labelKey()
        let most = map.required("maxInFlight", hint: "give an integer from 1")?.integer(1...Int.max)
        if let label, !seen.insert(label).inserted { labelField?.error("\"\(label)\" is limited twice") }
        guard let label, let most else { return nil }
        return LabelLimit(label: label, maxInFlight: most)
      }
      return limit ?? nil
    }
  }

  /// A map, or only the action.
  private func failurePolicy() -> FailurePolicy? {
    if node.string != nil { return choice(FailurePolicy.Action.self).map { FailurePolicy(action: $0) } }
    return MapReader.read(self) { map in
      var policy = FailurePolicy()
      policy.action = map.optional("action")?.choice(FailurePolicy.Action.self) ?? policy.action
      let rollbackFields = ["scope", "inFlight", "maxConcurrent", "removeNew"].map { map.optional($0) }
      policy.scope = rollbackFields[0]?.choice(FailurePolicy.Scope.self) ?? policy.scope
      policy.inFlight = rollbackFields[1]?.choice(FailurePolicy.InFlight.self) ?? policy.inFlight
      policy.maxConcurrent = rollbackFields[2]?.concurrency()
      policy.removeNew = rollbackFields[3]?.boolean() ?? policy.removeNew
      if policy.action != .rollback {
        for field in rollbackFields { field?.warning("has no effect with action: \(policy.action.rawValue)") }
      }
      return policy
    }
  }

  /// A map of `maxConcurrent` alone.
  private func concurrencyAlone() -> Int? {
    let read = MapReader.read(self) { map in map.optional("maxConcurrent")?.integer(1...Int.max) }
    return read ?? nil
  }
}
