internal import FleetModel

extension FieldReader {
  /// Says of stages that want the same clusters who gets them: the one that is declared first (AMENDMENTS 34). One for which
  /// nothing can be left is an error.
  func checkOverlaps(_ stages: [ReadStage]) {
    for (index, stage) in stages.enumerated() {
      for earlier in stages[..<index] {
        switch (earlier.strategy.selection, stage.strategy.selection) {
        case (.clusters(let first), .clusters(let second)), (.targets(let first), .targets(let second)):
          stage.warnOfOverlap(first, second, takenBy: earlier)
        case (.names(let first), .names(let second)): stage.warnOfNames(first, second, takenBy: earlier)
        default: continue
        }
      }
    }
  }
}

extension ReadStage {
  fileprivate func warnOfOverlap(_ first: LabelSelector, _ second: LabelSelector, takenBy earlier: ReadStage) {
    if second.implies(first) {
      selectionField?.error(
        "nothing is left for this stage: \"\(earlier.strategy.name)\", declared before it, takes all that it selects",
        hint: "declare \"\(strategy.name)\" before \"\(earlier.strategy.name)\", or give it other labels")
    } else if !first.implies(second), !first.excludes(second) {
      selectionField?.warning(
        "what has the labels of both stages goes with \"\(earlier.strategy.name)\", which is declared first")
    }
  }

  fileprivate func warnOfNames(_ first: [ClusterName], _ second: [ClusterName], takenBy earlier: ReadStage) {
    let common = second.filter(first.contains)
    guard !common.isEmpty else { return }
    let names = common.map(\.rawValue).joined(separator: ", ")
    if common.count == second.count {
      selectionField?.error(
        "nothing is left for this stage: \(names) \(common.count == 1 ? "goes" : "go") with \"\(earlier.strategy.name)\"",
        hint: "name each cluster in one stage")
    } else {
      selectionField?.warning(
        "\(names) \(common.count == 1 ? "goes" : "go") with \"\(earlier.strategy.name)\", which is declared first")
    }
  }
}

extension LabelSelector {
  /// Its conditions, each on one label.
  private var requirements: [LabelRequirement] {
    matchLabels.map { LabelRequirement(key: $0.key, operator: .isIn, values: [$0.value]) } + matchExpressions
  }

  /// Whether whatever it selects is selected by the other too, as far as single labels tell.
  fileprivate func implies(_ other: LabelSelector) -> Bool {
    other.requirements.allSatisfy { wanted in requirements.contains { $0.implies(wanted) } }
  }

  /// Whether nothing is selected by both, as far as single labels tell.
  fileprivate func excludes(_ other: LabelSelector) -> Bool {
    requirements.contains { mine in other.requirements.contains { mine.excludes($0) } }
  }
}

extension LabelRequirement {
  fileprivate func implies(_ other: LabelRequirement) -> Bool {
    guard key == other.key else { return false }
    let (mine, theirs) = (Set(values), Set(other.values))
    switch (`operator`, other.operator) {
    case (.isIn, .isIn): return mine.isSubset(of: theirs)
    case (.isIn, .isNotIn): return mine.isDisjoint(with: theirs)
    case (.isIn, .exists), (.exists, .exists), (.doesNotExist, .doesNotExist), (.doesNotExist, .isNotIn): return true
    case (.isNotIn, .isNotIn): return mine.isSuperset(of: theirs)
    default: return false
    }
  }

  fileprivate func excludes(_ other: LabelRequirement) -> Bool {
    guard key == other.key else { return false }
    let (mine, theirs) = (Set(values), Set(other.values))
    switch (`operator`, other.operator) {
    case (.isIn, .isIn): return mine.isDisjoint(with: theirs)
    case (.isIn, .isNotIn): return mine.isSubset(of: theirs)
    case (.isNotIn, .isIn): return theirs.isSubset(of: mine)
    case (.isIn, .doesNotExist), (.doesNotExist, .isIn), (.exists, .doesNotExist), (.doesNotExist, .exists): return true
    default: return false
    }
  }
}
