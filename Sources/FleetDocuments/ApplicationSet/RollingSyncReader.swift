internal import FleetModel
internal import Manifest

/// What is read of `strategy`.
struct ReadStrategy {
  var rollout: RolloutStrategy?
  var rollingSync: RollingSync?
}

extension FieldReader {
  /// `spec.strategy` of an ApplicationSet (GENERATORS 1 and 5).
  func applicationSetStrategy() -> ReadStrategy {
    let read = MapReader.read(self) { map -> ReadStrategy in
      let type = map.optional("type")?.strategyType() ?? ""
      let steps = map.optional("rollingSync")
      if let order = map.optional("deletionOrder")?.deletionOrder() {
        let field = map.optional("deletionOrder")
        if order == "reverse", type != "RollingSync" || steps == nil {
          field?.warning("has no effect without type: RollingSync and steps")
        } else if order == "reverse" {
          field?.warning("is not looked at: Flotilla deletes nothing because a set is deleted")
        }
      }
      guard type == "RollingSync" else {
        if let steps { steps.warning("has no effect without type: RollingSync") }
        return ReadStrategy(rollout: type == "AllAtOnce" ? .allAtOnce : nil)
      }
      guard let rollingSync = steps?.rollingSync(), !rollingSync.steps.isEmpty else {
        if steps == nil || steps?.node["steps"]?.array?.isEmpty != false {
          error("there are no steps", hint: "give at least one in rollingSync.steps")
        }
        return ReadStrategy()
      }
      return ReadStrategy(rollout: RolloutStrategy(rollingSync), rollingSync: rollingSync)
    }
    return read ?? ReadStrategy()
  }

  private func strategyType() -> String? {
    guard let text = text() else { return nil }
    let known = ["AllAtOnce", "RollingSync"]
    if !text.isEmpty, !known.contains(text) {
      error("\(found) is not known", hint: "give one of \(known.joined(separator: ", "))")
    }
    return text
  }

  private func deletionOrder() -> String? {
    guard let text = text() else { return nil }
    let order = text.lowercased()
    if !["", "allatonce", "reverse"].contains(order) {
      error("\(found) is not known", hint: "give one of AllAtOnce, Reverse")
    }
    return order
  }

  private func rollingSync() -> RollingSync? {
    let steps = MapReader.read(self) { map in
      map.optional("steps")?.list()?.compactMap { field in
        MapReader.read(field) { step in
          RollingSync.Step(
            matchExpressions: step.optional("matchExpressions")?.list()?.compactMap { $0.stepRequirement() } ?? [],
            maxUpdate: step.optional("maxUpdate")?.maxUpdate() ?? .none)
        }
      }
    }
    return (steps ?? nil).map { RollingSync(steps: $0) }
  }

  /// A condition of a step: In or NotIn. One that cannot be read is met by nothing.
  private func stepRequirement() -> LabelRequirement? {
    MapReader.read(self) { map in
      let key = map.required("key")?.nonEmptyText() ?? ""
      let values = map.optional("values")?.list()?.compactMap { $0.text() } ?? []
      let judgement = map.required("operator", hint: "give In or NotIn")
      let known: [String: LabelRequirement.Operator] = ["In": .isIn, "NotIn": .isNotIn]
      if let text = judgement?.text(), let judgement = known[text] {
        return LabelRequirement(key: key, operator: judgement, values: values)
      }
      judgement?.error("\(judgement?.found ?? "") is not an operator of steps", hint: "give In or NotIn")
      return LabelRequirement(key: key, operator: .isIn)
    }
  }

  /// A number, or a share, which may be over 100 % (AMENDMENTS 23). A text that is neither is an error, where Argo CD
  /// takes it for 1.
  private func maxUpdate() -> RollingSync.Limit? {
    let hint = "give a number from 0, or a percentage such as 25%"
    if node.integer == 0 || node.string == "0%" {
      warning("\(found) is read as an approval before the step, and then all of it at once")
    }
    switch node.value {
    case .integer(let count) where count >= 0: return .count(Int(clamping: count))
    case .string(let text) where text.hasSuffix("%"):
      guard let share = Int(text.dropLast()), (0...100_000).contains(share), text.first != "+" else { break }
      if share > 100 { warning("\(found) is read as 100%") }
      return .percent(share)
    default: break
    }
    error("\(found) is neither a number nor a percentage", hint: hint)
    return nil
  }
}

extension RolloutStrategy {
  /// `type: AllAtOnce`: everything at once, as it is asked for.
  static var allAtOnce: RolloutStrategy {
    var strategy = RolloutStrategy(stages: [
      StageStrategy(name: "all", selection: .rest, maxConcurrent: .percent(100))
    ])
    strategy.unit = .target
    strategy.firstAlone = false
    return strategy
  }

  /// The steps of a RollingSync as stages of targets (AMENDMENTS 1 and 23). What no step takes, which Argo CD never
  /// syncs, comes last and only after an approval.
  init(_ rollingSync: RollingSync) {
    var stages = rollingSync.steps.enumerated().map { index, step in
      var stage = StageStrategy(
        name: "step-\(index + 1)", selection: .targets(LabelSelector(matchExpressions: step.matchExpressions)))
      switch step.maxUpdate {
      case .none: stage.maxConcurrent = .percent(100)
      case .count(0), .percent(0):
        stage.maxConcurrent = .percent(100)
        stage.before = [.approval(ApprovalRule())]
      case .count(let count): stage.maxConcurrent = .count(count)
      case .percent(let share): stage.maxConcurrent = .percent(min(100, share))
      }
      return stage
    }
    if rollingSync.steps.last?.matchExpressions.isEmpty != true {
      var rest = StageStrategy(name: "unmatched", selection: .rest, maxConcurrent: .percent(100))
      rest.before = [.approval(ApprovalRule())]
      stages.append(rest)
    }
    self.init(stages: stages)
    unit = .target
  }
}
