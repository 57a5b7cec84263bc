public import FleetModel

/// An order as it travels: durations in milliseconds.
public struct WireOrder: Codable, Sendable, Hashable {
  /// The target.
  public var target: TargetID
  /// `SET/NAME`.
  public var targetName: String
  /// `apply` or `remove`.
  public var action: Order.Action
  /// The bundle; absent for a removal.
  public var bundle: Digest?
  /// The fence.
  public var generation: Generation
  /// The namespace for objects that name none.
  public var namespace: String
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool
  /// The identities that may be pruned.
  public var mayPrune: [String]
  /// How long after receipt the order may still be started.
  public var startWithinMilliseconds: Int64
  /// For how long the target must be ready before the controller goes on; the agent tells then.
  public var minReadyMilliseconds: Int64?
  /// For how long the target may be Degraded before it counts as failed; the agent tells then.
  public var failFastMilliseconds: Int64?

  /// Wraps an order for the wire.
  public init(_ order: Order) {
    target = order.target
    targetName = order.targetName
    action = order.action
    bundle = order.bundle
    generation = order.generation
    namespace = order.namespace
    selfHeal = order.selfHeal
    createNamespace = order.createNamespace
    mayPrune = order.mayPrune
    startWithinMilliseconds = order.startWithin.wholeMilliseconds
    minReadyMilliseconds = order.minReady?.wholeMilliseconds
    failFastMilliseconds = order.failFast?.wholeMilliseconds
  }

  /// The order.
  public var order: Order {
    Order(
      target: target, targetName: targetName, action: action, bundle: bundle, generation: generation,
      namespace: namespace, selfHeal: selfHeal, createNamespace: createNamespace, mayPrune: mayPrune,
      startWithin: .milliseconds(startWithinMilliseconds),
      minReady: minReadyMilliseconds.map { .milliseconds($0) }, failFast: failFastMilliseconds.map { .milliseconds($0) }
    )
  }
}

/// An observation as it travels: durations in milliseconds.
public struct WireObservation: Codable, Sendable, Hashable {
  /// The target.
  public var target: TargetID
  /// The generation the report is about.
  public var generation: Generation
  /// The digest the report is about; absent for a removal.
  public var bundle: Digest?
  /// How far the agent is.
  public var phase: Observation.Phase
  /// The worst health of the owned objects.
  public var health: Health
  /// How long everything has been ready.
  public var readyForMilliseconds: Int64
  /// How long the worst health has been Degraded.
  public var degradedForMilliseconds: Int64
  /// Why, for people.
  public var message: String
  /// How many objects the target owns.
  public var objectCount: Int
  /// The drift seen or repaired since the last report.
  public var drift: Drift?
  /// What differs now; absent for nothing, and from agents that do not tell.
  public var standing: StandingDrift?
  /// What is not as it was meant, without being a failure; absent for nothing, and from agents that do not tell.
  public var warnings: [String]?

  /// Wraps an observation for the wire.
  public init(_ observation: Observation) {
    target = observation.target
    generation = observation.generation
    bundle = observation.bundle
    phase = observation.phase
    health = observation.health
    readyForMilliseconds = observation.readyFor.wholeMilliseconds
    degradedForMilliseconds = observation.degradedFor.wholeMilliseconds
    message = observation.message
    objectCount = observation.objectCount
    drift = observation.drift
    standing = observation.standing
    warnings = observation.warnings
  }

  /// The observation.
  public var observation: Observation {
    Observation(
      target: target, generation: generation, bundle: bundle, phase: phase, health: health,
      readyFor: .milliseconds(readyForMilliseconds), degradedFor: .milliseconds(degradedForMilliseconds),
      message: message, objectCount: objectCount, drift: drift, standing: standing,
      warnings: warnings)
  }
}
