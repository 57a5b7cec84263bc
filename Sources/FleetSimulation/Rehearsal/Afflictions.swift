internal import FleetModel

/// What goes wrong on one cluster of a rehearsal.
struct Affliction {
  /// When the cluster vanishes, and for how long; nil for the whole run.
  var absence: (from: RehearsalFault.Moment, for: DurationRange?)?
  /// How the release fails on it.
  var failure: RehearsalFault.Failure?
  /// How long it takes; nil for as long as the others.
  var apply: DurationRange?
}

extension RehearsalAssumptions {
  /// What goes wrong on which cluster: each fault meets exactly its share of the clusters that it is about, drawn from a
  /// stream of its own. Of two faults of one kind the first counts.
  func afflictions(of clusters: [RehearsedCluster], seed: UInt64) -> [Affliction] {
    var result = [Affliction](repeating: Affliction(), count: clusters.count)
    for (number, fault) in faults.enumerated() {
      var meant = clusters.indices.filter { fault.isAbout(clusters[$0].labels, version: clusters[$0].kubernetes) }
      var chances = SeededRandom(seed: seed, stream: 100 + UInt64(number))
      let count = min(meant.count, fault.count(of: meant.count))
      for place in 0..<count {
        meant.swapAt(place, chances.within(place...(meant.count - 1)))
        result[meant[place]].take(fault.kind)
      }
    }
    return result
  }
}

extension RehearsalFault {
  /// How many of so many clusters it meets; a share is rounded up, so that one above 0 meets somebody.
  fileprivate func count(of total: Int) -> Int {
    switch share {
    case .count(let count): count
    case .percent(let percent): (percent * total + 99) / 100
    }
  }
}

extension Affliction {
  fileprivate mutating func take(_ kind: RehearsalFault.Kind) {
    switch kind {
    case .offline(let from, let duration): absence = absence ?? (from, duration)
    case .fails(let way): failure = failure ?? way
    case .slow(let range): apply = apply ?? range
    }
  }
}

extension SeededRandom {
  /// One duration of a range, in milliseconds.
  mutating func draw(_ range: DurationRange) -> Int64 {
    Int64(within(Int(range.shortest.wholeMilliseconds)...Int(range.longest.wholeMilliseconds)))
  }
}
