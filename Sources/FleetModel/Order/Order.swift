/// What an agent is told to make true for one target on its cluster.
public struct Order: Hashable, Sendable, Codable {
  /// What to do.
  public enum Action: String, Sendable, Codable {
    /// Make the cluster hold the bundle, prune what it applied before and may prune now.
    case apply
    /// Delete what was applied.
    case remove
  }

  /// The target.
  public var target: TargetID
  /// The target's name, `SET/NAME` of the owning set and the target, for people and for the inventory's name.
  public var targetName: String
  /// What to do.
  public var action: Action
  /// The bundle to apply; nil for a removal.
  public var bundle: Digest?
  /// The fence.
  public var generation: Generation
  /// The namespace for objects that name none.
  public var namespace: String
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool
  /// The identities that may be pruned, as `group/Kind/namespace/name`; nothing else is (AMENDMENTS 13).
  public var mayPrune: [String]
  /// How long after its receipt the order may still be started (R27); never limits keeping it.
  public var startWithin: Duration
  /// For how long the target must be ready before the controller goes on (R9): the agent tells when it has been; nil from a
  /// controller that does not say.
  public var minReady: Duration?
  /// For how long the target may be Degraded before the controller calls it failed (R10): the agent tells when it has been.
  public var failFast: Duration?

  /// Makes an order.
  public init(
    target: TargetID, targetName: String, action: Action, bundle: Digest?, generation: Generation, namespace: String,
    selfHeal: Bool, createNamespace: Bool, mayPrune: [String], startWithin: Duration,
    minReady: Duration? = nil, failFast: Duration? = nil
  ) {
    self.target = target
    self.targetName = targetName
    self.action = action
    self.bundle = bundle
    self.generation = generation
    self.namespace = namespace
    self.selfHeal = selfHeal
    self.createNamespace = createNamespace
    self.mayPrune = mayPrune
    self.startWithin = startWithin
    self.minReady = minReady
    self.failFast = failFast
  }
}
