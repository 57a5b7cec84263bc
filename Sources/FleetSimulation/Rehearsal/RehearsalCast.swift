internal import FleetModel
internal import FleetPlanner

/// The clusters of a rehearsed run, with what is wrong with each and whether it is there now.
struct RehearsalCast {
  private(set) var clusters: [RehearsedCluster] = []
  /// What goes wrong on each.
  var afflictions: [Affliction]
  /// The cluster of each unit.
  private(set) var places: [Int] = []
  /// The units of each cluster.
  private(set) var units: [[Int]] = []
  /// Since when each is away, in milliseconds from the beginning; nil for one that is there.
  var awaySince: [Int64?]
  /// When each is there again; nil for never.
  var backAt: [Int64?]

  /// Who is away from the beginning has been so for long: nobody waits for news of it.
  private static let longAgo: Int64 = -86_400_000

  init(of runUnits: [Unit], inventory: [RehearsedCluster], assumptions: RehearsalAssumptions, seed: UInt64) {
    let known = Dictionary(inventory.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var placeOf: [ClusterID: Int] = [:]
    // In order of name, so that a fault meets the same clusters whatever the stages are.
    let names = Dictionary(runUnits.map { ($0.cluster, $0.clusterName) }, uniquingKeysWith: { first, _ in first })
    for (id, name) in names.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      placeOf[id] = clusters.count
      clusters.append(known[id] ?? RehearsedCluster(id: id, name: name))
    }
    units = Array(repeating: [], count: clusters.count)
    for (index, unit) in runUnits.enumerated() {
      guard let place = placeOf[unit.cluster] else { continue }
      places.append(place)
      units[place].append(index)
    }
    afflictions = assumptions.afflictions(of: clusters, seed: seed)
    awaySince = Array(repeating: nil, count: clusters.count)
    backAt = awaySince
    var chances = SeededRandom(seed: seed, stream: 2)
    for place in clusters.indices {
      if clusters[place].isAway, assumptions.away == .stay {
        awaySince[place] = Self.longAgo
      } else if let absence = afflictions[place].absence, absence.from == .start {
        awaySince[place] = Self.longAgo
        backAt[place] = absence.for.map { chances.draw($0) }
      }
    }
  }

  /// Clusters that come back by themselves, with when.
  var comebacks: [(place: Int, at: Int64)] { backAt.enumerated().compactMap { place, at in at.map { (place, $0) } } }

  /// How long a cluster has been silent.
  func silence(_ place: Int, at time: Int64) -> Duration { awaySince[place].map { .milliseconds(time - $0) } ?? .zero }
}

/// The pending units of each stage that have not been looked at yet, in groups whose units limits, windows and absence treat
/// alike: a pass is given the next ones of each group, and not all that wait behind somebody who has to.
struct PendingUnits {
  private var groups: [[[Int]]]
  private var cursors: [[Int]]
  /// The group of each unit in its stage.
  private let groupOf: [Int]

  init(_ units: [Unit], stages: Int, calendar: ChangeCalendar, cast: RehearsalCast) {
    let zoneLabels = (calendar.windows.values.map(\.timeZone) + calendar.freezes.map(\.freeze.timeZone))
      .compactMap { reference in if case .fromLabel(let key) = reference { key } else { nil } }
    let labels = Set(zoneLabels).sorted()
    var groups: [[[Int]]] = Array(repeating: [], count: stages)
    var numbers: [Key: Int] = [:]
    groupOf = units.indices.map { index in
      let unit = units[index]
      let place = cast.places[index]
      let key = Key(
        stage: unit.stage, limits: unit.limitValues, zones: labels.map { unit.clusterLabels[$0] },
        freezes: calendar.freezes.map { $0.freeze.clusters?.matches(unit.clusterLabels) ?? true },
        mayBeAway: cast.awaySince[place] != nil)
      let number = numbers[key] ?? groups[unit.stage].count
      if number == groups[unit.stage].count, numbers.updateValue(number, forKey: key) == nil {
        groups[unit.stage].append([])
      }
      groups[unit.stage][number].append(index)
      return number
    }
    self.groups = groups
    cursors = groups.map { $0.map { _ in 0 } }
  }

  private struct Key: Hashable {
    var stage: Int
    var limits: [String?]
    var zones: [String?]
    var freezes: [Bool]
    var mayBeAway: Bool
  }

  /// The next pending units of each group of a stage; the last one of each of them that has more.
  mutating func next(_ count: Int, of stage: Int, in units: [Unit]) -> (units: [Int], lastOfGroups: [Int]) {
    var found: [Int] = []
    var last: [Int] = []
    for group in groups[stage].indices {
      let members = groups[stage][group]
      var cursor = cursors[stage][group]
      while cursor < members.count, !units[members[cursor]].isPending { cursor += 1 }
      cursors[stage][group] = cursor
      var taken = 0
      var place = cursor
      while place < members.count, taken < count {
        if units[members[place]].isPending {
          found.append(members[place])
          taken += 1
        }
        place += 1
      }
      if place < members.count, let unit = found.last { last.append(unit) }
    }
    return (found, last)
  }
}

extension Unit {
  /// Whether a step of it is pending.
  var isPending: Bool { steps.contains { $0.state == .pending } }
}
