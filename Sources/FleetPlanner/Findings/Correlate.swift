/// How often a label value is found among the clusters of a run that failed, and among those that became healthy.
public struct LabelTally: Hashable, Sendable {
  /// The label; `kubernetes` is what the agent reported, as `1.29`, and no label.
  public var label: String
  /// The value.
  public var value: String
  /// Failed clusters that have it.
  public var failed: Int
  /// Healthy clusters that have it.
  public var healthy: Int

  /// The name of the version that agents report, which is compared like a label.
  public static let kubernetesVersion = "kubernetes"

  /// Makes a tally.
  public init(label: String, value: String, failed: Int, healthy: Int) {
    self.label = label
    self.value = value
    self.failed = failed
    self.healthy = healthy
  }
}

/// A label value that all failed clusters share and that hardly any healthy one has.
public struct FailureCorrelation: Hashable, Sendable {
  /// The counts.
  public var tally: LabelTally
  /// All failed clusters.
  public var failedTotal: Int
  /// All healthy clusters.
  public var healthyTotal: Int

  /// One sentence for people.
  public var message: String {
    "\(tally.failed) of \(failedTotal) failures have \(tally.label)=\(tally.value); "
      + "\(tally.healthy) of \(healthyTotal) others"
  }

  /// The selector that leaves such clusters out, as `kubectl -l` takes it; nil for what is no label.
  public var exclusion: String? {
    tally.label == LabelTally.kubernetesVersion ? nil : "\(tally.label)!=\(tally.value)"
  }
}

/// What failures have in common and the others lack: a value that all of at least two failed clusters have, and at most a
/// tenth of the healthy ones. The clearest come first, at most five.
public func correlate(_ tallies: [LabelTally], failed: Int, healthy: Int) -> [FailureCorrelation] {
  guard failed >= 2, healthy >= 1 else { return [] }
  let shared = tallies.filter { $0.failed == failed && $0.healthy * 10 <= healthy }
  let clearest = shared.sorted { ($0.healthy, $0.label, $0.value) < ($1.healthy, $1.label, $1.value) }
  return clearest.prefix(5).map { FailureCorrelation(tally: $0, failedTotal: failed, healthyTotal: healthy) }
}
