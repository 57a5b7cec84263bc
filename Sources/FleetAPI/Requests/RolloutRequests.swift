public import FleetModel

/// `POST …/fleetsets/NAME/rollouts`: starts a run.
public struct StartRolloutRequest: WireValue {
  /// The release to move to, by number or by the first digits of its commit; null for the newest.
  public var revision: String?
  /// The first digits, at least eight, of the hash of the only plan that may be started; null for any.
  public var plan: String?
  /// Why.
  public var reason: String?
  /// What may be deleted beyond `budgets.prunes`: the digest that the refusal names; eight digits are enough.
  public var acceptPrunes: String?
  /// Whether to go without targets that would get what other targets own.
  public var skipConflicting: Bool?
  /// Whether to answer the run as it would be and start nothing.
  public var dryRun: Bool?

  /// Makes a value.
  public init(
    revision: String? = nil, plan: String? = nil, reason: String? = nil, acceptPrunes: String? = nil,
    skipConflicting: Bool? = nil,
    dryRun: Bool? = nil
  ) {
    self.revision = revision
    self.plan = plan
    self.reason = reason
    self.acceptPrunes = acceptPrunes
    self.skipConflicting = skipConflicting
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self {
    Self(revision: "77ad012", plan: "4f0c9a17", reason: "hotfix", acceptPrunes: "4f0c9a17", dryRun: false)
  }
}

/// `POST …/fleetsets/NAME/acceptance`: lets targets leave the set.
public struct AcceptShrinkRequest: WireValue {
  /// The expansion that is accepted, as `shrink.expansion` names it; eight digits are enough.
  public var expansion: String
  /// Why, which is required.
  public var reason: String
  /// Whether to check only and change nothing.
  public var dryRun: Bool?

  /// Makes a value.
  public init(expansion: String, reason: String, dryRun: Bool? = nil) {
    self.expansion = expansion
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self { Self(expansion: "4f0c9a17", reason: "region eu-west is given up") }
}

/// What starting a run came to.
public struct StartRolloutResponse: WireValue {
  /// What it came to.
  public enum Outcome: String, Codable, Sendable, CaseIterable {
    /// The run was started.
    case started
    /// The run waits for another one of its set to end.
    case queued
    /// No bundle changes: there is nothing to run.
    case noChange
    /// Nothing was started because the request said `dryRun`.
    case dryRun
  }

  /// What it came to.
  public var outcome: Outcome
  /// The run; with `dryRun` as it would be; null when there is nothing to run.
  public var rollout: RolloutResource?
  /// One sentence for people.
  public var message: String

  /// Makes a value.
  public init(outcome: Outcome, rollout: RolloutResource? = nil, message: String) {
    self.outcome = outcome
    self.rollout = rollout
    self.message = message
  }

  /// An example.
  public static var example: Self { Self(outcome: .started, rollout: .example, message: "storefront/43 was started") }
}

/// `POST …/rollouts/SET/NUMBER/ACTION`: what a person decides about a run.
public struct RolloutActionRequest: WireValue {
  /// For `approve`, `reject`, `override-window` and `waive-checks`: the stage; null for the one that waits.
  public var stage: String?
  /// For `abort`: whether the release is put on hold.
  public var hold: Bool?
  /// For `retry` and `waive`: the clusters; null or empty for all failed ones.
  public var clusters: [ClusterName]?
  /// Why, for the event feed; `waive`, `reject`, `abort`, `override-window` and `waive-checks` want one.
  public var reason: String?
  /// Whether to answer the run as it would be and change nothing.
  public var dryRun: Bool?

  /// Makes a value.
  public init(
    stage: String? = nil, hold: Bool? = nil, clusters: [ClusterName]? = nil, reason: String? = nil,
    dryRun: Bool? = nil
  ) {
    self.stage = stage
    self.hold = hold
    self.clusters = clusters
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self {
    Self(stage: "eu-west", hold: true, clusters: ["eu-west-3"], reason: "checked by hand", dryRun: false)
  }
}
