/// What a rehearsal of a rollout takes for granted about clusters and people, as its owner wrote it in the file of
/// `flotilla rollout rehearse --faults`.
public struct RehearsalAssumptions: Hashable, Sendable, Codable {
  /// What is done with clusters that are out of contact now.
  public enum AwayClusters: String, Sendable, Codable, CaseIterable {
    /// They stay away.
    case stay
    /// They are taken for present.
    case `return`
  }

  /// When people approve.
  public enum Approvals: Hashable, Sendable, Codable {
    /// So long after they are asked.
    case after(Duration)
    /// Never: the rehearsal shows who would be asked first.
    case never
  }

  /// What every measurement of a gate finds.
  public enum Checks: String, Sendable, Codable, CaseIterable {
    case pass, fail
  }

  /// How long clusters take from an order to being healthy.
  public var apply = DurationRange(.seconds(20), .seconds(90))
  /// When people approve.
  public var approvals = Approvals.after(.seconds(3_600))
  /// What measurements find.
  public var checks = Checks.pass
  /// What is done with clusters that are out of contact now.
  public var away = AwayClusters.stay
  /// What goes wrong.
  public var faults: [RehearsalFault] = []

  /// Makes assumptions of a fleet in which nothing goes wrong.
  public init() {}
}

/// Something that goes wrong on some clusters of a rehearsal.
public struct RehearsalFault: Hashable, Sendable, Codable {
  /// What goes wrong.
  public enum Kind: Hashable, Sendable, Codable {
    /// The cluster is out of contact, from the beginning or from its order on, for so long; nil for the whole run.
    case offline(from: Moment, for: DurationRange?)
    /// The release fails on it.
    case fails(Failure)
    /// It takes so long to become healthy.
    case slow(DurationRange)
  }

  /// When a cluster vanishes.
  public enum Moment: String, Sendable, Codable, CaseIterable {
    /// Before the run begins.
    case start
    /// When its order has been sent.
    case order
  }

  /// How a release fails.
  public enum Failure: Hashable, Sendable, Codable {
    /// Its objects are Degraded.
    case degraded
    /// The cluster refuses it, which is final at once.
    case refused
    /// It never becomes ready.
    case stuck
    /// It becomes Degraded so long after it was ready.
    case regresses(DurationRange)
  }

  /// What goes wrong.
  public var kind: Kind
  /// On how many of the clusters that are meant; a share is rounded up.
  public var share: IntOrPercent
  /// Labels of the clusters that are meant.
  public var clusters: LabelSelector
  /// The Kubernetes version of the clusters that are meant: `1.29`, or more exactly `1.29.4`; nil for any.
  public var kubernetes: String?

  /// Makes a fault.
  public init(
    _ kind: Kind, of share: IntOrPercent, clusters: LabelSelector = LabelSelector(), kubernetes: String? = nil
  ) {
    self.kind = kind
    self.share = share
    self.clusters = clusters
    self.kubernetes = kubernetes
  }

  /// Whether a cluster is among those that are meant.
  ///
  /// - Parameter version: what its agent reports, like `v1.29.4+k3s1`; empty when unknown.
  public func isAbout(_ labels: [String: String], version: String) -> Bool {
    guard clusters.matches(labels) else { return false }
    guard let kubernetes else { return true }
    let wanted = Self.numbers(of: kubernetes)
    return Self.numbers(of: version).starts(with: wanted)
  }

  /// The numbers of a version, without what a distribution adds to it.
  private static func numbers(of version: String) -> [Substring] {
    let text = version.first == "v" ? version.dropFirst() : Substring(version)
    return text.prefix { $0.isNumber || $0 == "." }.split(separator: ".")
  }
}

/// Durations of which one is drawn, both ends included.
public struct DurationRange: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The shortest.
  public var shortest: Duration
  /// The longest, not less than the shortest.
  public var longest: Duration

  /// Makes a range; two equal durations make one that is certain.
  public init(_ shortest: Duration, _ longest: Duration) {
    self.shortest = min(shortest, longest)
    self.longest = max(shortest, longest)
  }

  /// `20s..1m30s`, or one duration when both ends are the same.
  public var description: String {
    shortest == longest ? shortest.text : "\(shortest.text)..\(longest.text)"
  }
}

extension RehearsalAssumptions {
  /// What is taken for granted, one sentence each, for people.
  public var sentences: [String] {
    let people =
      switch approvals {
      case .never: "nobody approves"
      case .after(.zero): "people approve at once"
      case .after(let delay): "people approve \(delay.text) after they are asked"
      }
    let silent = away == .stay ? "clusters that are away now stay away" : "clusters that are away now are back"
    return [
      "clusters take \(apply) from their order to being healthy", people,
      checks == .pass ? "checks pass" : "checks fail", silent,
    ] + faults.map(\.sentence)
  }
}

extension RehearsalFault {
  /// The fault in words, for people.
  public var sentence: String {
    let what =
      switch kind {
      case .offline(let moment, let duration):
        (moment == .start ? "offline" : "offline from their order on")
          + (duration.map { " for \($0)" } ?? " for the whole run")
      case .fails(.degraded): "fail: Degraded"
      case .fails(.refused): "fail: they refuse it"
      case .fails(.stuck): "fail: never ready"
      case .fails(.regresses(let range)): "fail \(range) after they were ready"
      case .slow(let range): "slow: \(range)"
      }
    var whose: [String] = []
    if !clusters.isEmpty { whose.append(clusters.text) }
    if let kubernetes { whose.append("kubernetes=\(kubernetes)") }
    return "\(share) of the clusters" + (whose.isEmpty ? "" : " with \(whose.joined(separator: ","))") + " \(what)"
  }
}
