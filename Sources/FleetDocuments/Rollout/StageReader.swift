internal import FleetModel
internal import Manifest

/// A stage with the fields that rules over several stages point to.
struct ReadStage {
  var strategy: StageStrategy
  var field: FieldReader
  var selectionField: FieldReader?
  var failuresField: FieldReader?
  var unreachableField: FieldReader?
}

extension FieldReader {
  func stages() -> [ReadStage]? {
    guard let elements = list() else { return nil }
    if elements.isEmpty { error("there is no stage", hint: "leave stages out for one stage with maxConcurrent 25%") }
    return elements.compactMap { $0.stage() }
  }

  private func stage() -> ReadStage? {
    let read = MapReader.read(self) { map -> ReadStage? in
      let name = map.required("name")?.name()
      let selection = map.selection()
      var result = ReadStage(
        strategy: StageStrategy(name: name ?? "", selection: selection?.value ?? .rest), field: self,
        selectionField: selection?.field)
      result.strategy.maxConcurrent = map.optional("maxConcurrent")?.concurrency() ?? result.strategy.maxConcurrent
      map.readTimes(into: &result.strategy)
      map.readPolicies(into: &result.strategy)
      map.readBudgets(into: &result)
      result.strategy.before = map.optional("before")?.gates() ?? []
      result.strategy.after = map.optional("after")?.gates() ?? []
      result.strategy.windows = map.optional("windows")?.windowNames()
      // A stage without a usable name or selection takes no part in the rules over several stages.
      return name == nil || selection == nil ? nil : result
    }
    return read ?? nil
  }

  /// Names of Window documents; nil for none.
  func windowNames() -> [String]? {
    var seen: Set<String> = []
    let names = list()?.compactMap { element -> String? in
      guard let name = element.name() else { return nil }
      if !seen.insert(name).inserted { element.error("window \"\(name)\" is named twice") }
      return name
    }
    return names?.isEmpty == false ? names : nil
  }

  // MARK: Gates

  private func gates() -> [Gate]? {
    list()?.compactMap { $0.gate() }
  }

  private func gate() -> Gate? {
    let read = MapReader.read(self) { map -> Gate? in
      let approval = map.present("approval")
      let analysis = map.optional("analysis")
      let http = map.optional("http")
      for kind in ["window", "windows", "soak"] where map.writtenKeys.contains(kind) {
        map.notAvailable(
          kind,
          hint: kind == "soak" ? "soak is a field of the stage" : "windows is a field of the stage: windows: [NAME]")
      }
      let given = [approval, analysis, http].compactMap { $0 }
      if given.count > 1 { error("several gates are in one entry", hint: "give each an entry of its own") }
      if map.writtenKeys.isEmpty {
        error("no gate is given", hint: "write approval: {}, analysis: NAME or http: {url: …}")
      }
      if let approval { return approval.approvalRule().map(Gate.approval) }
      if let analysis { return analysis.name().map { Gate.analysis($0, nil) } }
      return http?.httpCheck().map(Gate.http)
    }
    return read ?? nil
  }

  private func approvalRule() -> ApprovalRule? {
    if node.isNull { return ApprovalRule() }
    return MapReader.read(self) { map in
      ApprovalRule(
        groups: map.optional("groups")?.texts() ?? [], count: map.optional("count")?.integer(1...100) ?? 1,
        notAuthor: map.optional("notAuthor")?.boolean() ?? false,
        expiresAfter: map.optional("expiresAfter")?.duration(atLeast: .seconds(1)),
        timeout: map.optional("timeout")?.duration(atLeast: .seconds(1)))
    }
  }
}

extension MapReader {
  /// Which clusters a stage takes: exactly one of the five ways. Nil when there is not one, or it is wrong.
  fileprivate func selection() -> (value: StageStrategy.Selection, field: FieldReader)? {
    let ways = ["clusters", "targets", "count", "percent", "rest"]
    let fields = ways.compactMap { way in optional(way).map { (way, $0) } }
    let hint = "give one of \(ways.joined(separator: ", "))"
    guard let (way, wayField) = fields.first else {
      reportMissing(ways) { [field] in field.error("the stage does not say which clusters it takes", hint: hint) }
      return nil
    }
    guard fields.count == 1 else {
      field.error("the stage says in \(fields.count) ways which clusters it takes", hint: hint)
      return nil
    }
    let value: StageStrategy.Selection?
    switch way {
    case "clusters": value = wayField.clustersSelection()
    case "targets": value = wayField.selector().map(StageStrategy.Selection.targets)
    case "count": value = wayField.integer(1...Int.max).map(StageStrategy.Selection.count)
    case "percent": value = wayField.share().map(StageStrategy.Selection.percent)
    default:
      let isRest = wayField.boolean()
      if isRest == false { wayField.error("must be true, or be left out") }
      value = isRest == true ? .rest : nil
    }
    return value.map { ($0, wayField) }
  }

  fileprivate func readTimes(into stage: inout StageStrategy) {
    let minReady = optional("minReady")
    let failFast = optional("failFast")
    let deadline = optional("progressDeadline")
    let minReadyTime = minReady?.duration()
    let failFastTime = failFast?.duration()
    let deadlineTime = deadline?.duration(atLeast: .seconds(1))
    stage.minReady = minReadyTime ?? stage.minReady
    stage.failFast = failFastTime ?? stage.failFast
    stage.progressDeadline = deadlineTime ?? stage.progressDeadline
    // A value that is wrong by itself is not compared as well.
    if (minReady == nil) == (minReadyTime == nil), (deadline == nil) == (deadlineTime == nil),
      stage.progressDeadline <= stage.minReady
    {
      (minReady ?? deadline ?? field).error(
        "no step could succeed: minReady \(stage.minReady.text) is not shorter than progressDeadline "
          + stage.progressDeadline.text, hint: "give a longer progressDeadline, or a shorter minReady")
    }
    if (failFast == nil) == (failFastTime == nil), (deadline == nil) == (deadlineTime == nil),
      stage.progressDeadline <= stage.failFast
    {
      (failFast ?? deadline ?? field).error(
        "failFast \(stage.failFast.text) is not shorter than progressDeadline \(stage.progressDeadline.text)",
        hint: "give a longer progressDeadline, or a shorter failFast")
    }
    let unreachableAfter = optional("unreachableAfter")
    if let after = unreachableAfter?.duration() {
      if after <= .seconds(45) {
        unreachableAfter?.error(
          "\(after.text) is too short: a cluster is silent only after 45s", hint: "give more than 45s")
      }
      stage.unreachableAfter = after
    }
    stage.soak = optional("soak")?.duration() ?? stage.soak
    stage.holdFor = optional("holdFor")?.duration() ?? stage.holdFor
  }

  fileprivate func readPolicies(into stage: inout StageStrategy) {
    stage.unreachable = optional("unreachable")?.choice(StageStrategy.UnreachablePolicy.self) ?? stage.unreachable
    stage.whenUnchanged = optional("whenUnchanged")?.choice(StageStrategy.UnchangedPolicy.self) ?? stage.whenUnchanged
    stage.gateWhenEmpty = optional("gateWhenEmpty")?.boolean() ?? stage.gateWhenEmpty
    stage.minSucceeded = optional("minSucceeded")?.budget() ?? stage.minSucceeded
  }

  fileprivate func readBudgets(into stage: inout ReadStage) {
    guard let field = optional("budgets") else { return }
    _ = MapReader.read(field) { map in
      stage.failuresField = map.optional("failures")
      stage.unreachableField = map.optional("unreachable")
      stage.strategy.removalBudget = map.optional("removals")?.budget()
      stage.strategy.pruneBudget = map.optional("prunes")?.budget()
    }
    stage.strategy.failureBudget = stage.failuresField?.budget() ?? stage.strategy.failureBudget
    stage.strategy.unreachableBudget = stage.unreachableField?.budget()
  }
}

extension FieldReader {
  /// A selector over cluster labels, or a list of cluster names.
  fileprivate func clustersSelection() -> StageStrategy.Selection? {
    guard node.array != nil else {
      if node.object == nil {
        expected("a selector or a list of names", hint: "write {matchLabels: {canary: \"true\"}}, or [eu-1, eu-2]")
        return nil
      }
      return selector().map(StageStrategy.Selection.clusters)
    }
    guard let elements = list() else { return nil }
    if elements.isEmpty { error("the list of names is empty") }
    return .names(elements.compactMap { $0.name() }.map { ClusterName($0) })
  }
}
