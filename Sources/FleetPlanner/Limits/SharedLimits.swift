public import FleetModel

/// A limit that several sets share, with who has its places (R29).
public struct SharedLimitUse: Hashable, Sendable {
  /// The limit.
  public var limit: SharedLimit
  /// Clusters with an order in flight by value of the label and name of the run, this run's own among them.
  public var inFlight: [String: [String: Int]]

  /// Makes a value.
  public init(_ limit: SharedLimit, inFlight: [String: [String: Int]] = [:]) {
    self.limit = limit
    self.inFlight = inFlight
  }

  /// Clusters with an order in flight of a value of the label.
  public func count(of value: String) -> Int { inFlight[value]?.values.reduce(0, +) ?? 0 }

  mutating func count(_ change: Int, of value: String, by run: String) {
    inFlight[value, default: [:]][run, default: 0] += change
  }

  /// `region=eu is 3 in flight (payments/17 2, shop/4 1)`.
  func text(of value: String) -> String {
    let places = (inFlight[value] ?? [:]).filter { $0.value > 0 }
    let holders = places.keys.sorted().map { "\($0) \(places[$0, default: 0])" }.joined(separator: ", ")
    return "\(limit.name): \(limit.label)=\(value) is \(count(of: value)) in flight"
      + (holders.isEmpty ? "" : " (\(holders))")
  }
}

extension Plan {
  /// The values, by the limit's name, of which it takes places that its commit has to count again.
  public func takenSharedPlaces(_ input: PlanInput) -> [String: Set<String>] {
    guard !input.sharedLimits.isEmpty else { return [:] }
    let ordered = Set(steps.filter { $0.order != nil }.map(\.cluster))
    var taken: [String: Set<String>] = [:]
    for unit in input.units where ordered.contains(unit.cluster) && !unit.isUnderway {
      for use in input.sharedLimits {
        if let value = unit.clusterLabels[use.limit.label] { taken[use.limit.name, default: []].insert(value) }
      }
    }
    return taken
  }

  /// Whether it may give places back that runs of other sets wait for.
  public func freesSharedPlaces(_ input: PlanInput) -> Bool {
    !input.sharedLimits.isEmpty
      && (run.state.isEnd || steps.contains { $0.from.holdsForwardSlot || $0.from == .rollingBack })
  }
}

extension Pass {
  /// How soon a run looks again that waits for another run's place, which normally wakes it.
  private static var patience: Duration { .seconds(5) }

  /// Whether every limit that several sets share has a place for the unit.
  mutating func fitsSharedLimits(_ unit: Unit) -> Bool {
    for use in sharedLimits {
      guard let value = unit.clusterLabels[use.limit.label], use.count(of: value) >= use.limit.maxInFlight else {
        continue
      }
      waits[unit.stage].limit[use.text(of: value), default: []].append(unit.clusterName)
      wakes.append(now + Self.patience)
      return false
    }
    return true
  }

  /// A unit takes a place with its first order in flight, in either direction, and gives it back with its last.
  mutating func countSharedLimits(_ unit: Unit, change: Int) {
    for index in sharedLimits.indices {
      if let value = unit.clusterLabels[sharedLimits[index].limit.label] {
        sharedLimits[index].count(change, of: value, by: run.displayName)
      }
    }
  }
}
