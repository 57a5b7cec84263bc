internal import FleetModel

/// Which stage takes which members (R1, R4 as amended by AMENDMENTS 34).
struct StageAssignment {
  /// The members of each stage, in the run's order.
  var members: [[StartMember]]
  /// What somebody should know.
  var warnings: [String]

  /// Assigns members, given in the run's order: stages with selectors take theirs first in order of declaration; then
  /// counts, shares and `rest` take from what is left.
  init(of members: [StartMember], to stages: [StageStrategy], unit: RolloutStrategy.Unit) throws(FreezeRefusal) {
    self.members = Array(repeating: [], count: stages.count)
    warnings = []
    var left: [StartMember] = []
    for member in members {
      let matching = stages.indices.filter { stages[$0].selection.selects(member) }
      guard let first = matching.first else {
        left.append(member)
        continue
      }
      self.members[first].append(member)
      if matching.count > 1 {
        let others = matching.dropFirst().map { stages[$0].name }.joined(separator: ", ")
        warnings.append(
          "\(member.clusterName): stage \(stages[first].name) takes it, being declared before \(others)")
      }
    }
    var groups = Self.groups(of: left, unit: unit)
    let total = groups.count
    var share = 0
    for index in stages.indices {
      let size: Int
      switch stages[index].selection {
      case .clusters, .targets, .names: continue
      case .count(let count): size = count
      case .percent(let percent):
        size = Self.ceiling((share + percent) * total) - Self.ceiling(share * total)
        share += percent
      case .rest: size = groups.count
      }
      self.members[index] = groups.prefix(size).flatMap(\.self)
      groups.removeFirst(min(size, groups.count))
    }
    if !groups.isEmpty {
      let names = groups.prefix(5).compactMap { $0.first?.clusterName.rawValue }.joined(separator: ", ")
      let more = groups.count > 5 ? " and \(groups.count - 5) more" : ""
      throw FreezeRefusal(problems: [
        "no stage takes \(names)\(more): add their labels to a stage, or add a stage with `rest: true`"
      ])
    }
  }

  /// Hundredths rounded up, in integers.
  private static func ceiling(_ hundredths: Int) -> Int { (hundredths + 99) / 100 }

  /// Members grouped by what is counted: all members of a cluster together at the place of the first, or each alone.
  static func groups(of members: [StartMember], unit: RolloutStrategy.Unit) -> [[StartMember]] {
    guard unit == .cluster else { return members.map { [$0] } }
    var groups: [[StartMember]] = []
    var places: [ClusterID: Int] = [:]
    for member in members {
      if let place = places[member.cluster] {
        groups[place].append(member)
      } else {
        places[member.cluster] = groups.count
        groups.append([member])
      }
    }
    return groups
  }
}

extension RolloutStrategy {
  /// The stage for one member beside the others: the first whose selector takes it, else the one with the rest, else the
  /// last that takes from what is left. Nil when all select and none takes it.
  func stageTaking(_ member: StartMember) -> Int? {
    if let selecting = stages.firstIndex(where: { $0.selection.selects(member) }) { return selecting }
    if let rest = stages.firstIndex(where: { $0.selection == .rest }) { return rest }
    return stages.lastIndex { stage in
      switch stage.selection {
      case .count, .percent: true
      case .clusters, .targets, .names, .rest: false
      }
    }
  }
}

extension StageStrategy.Selection {
  /// Whether a stage that selects takes the member; counts, shares and `rest` select nobody.
  func selects(_ member: StartMember) -> Bool {
    switch self {
    case .clusters(let selector): selector.matches(member.clusterLabels)
    case .targets(let selector): selector.matches(member.targetLabels)
    case .names(let names): names.contains(member.clusterName)
    case .count, .percent, .rest: false
    }
  }
}
