/// What an agent reports about one target: a state, not an event, so a lost or repeated report changes nothing.
public struct Observation: Hashable, Sendable, Codable {
  /// How far the agent is with the order of this generation.
  public enum Phase: String, Sendable, Codable {
    /// It has begun to apply.
    case applying
    /// Everything is applied; health tells the rest.
    case applied
    /// It will not try again by itself: a terminal error (R10), or a refused order.
    case failed
    /// What was to be removed is gone.
    case removed
  }

  /// The target.
  public var target: TargetID
  /// The generation the report is about.
  public var generation: Generation
  /// The digest the report is about: the one applied, or being applied; nil for a removal.
  public var bundle: Digest?
  /// How far the agent is.
  public var phase: Phase
  /// The worst health of the owned objects.
  public var health: Health
  /// How long all owned objects have been ready without a break at this generation, by the agent's monotonic clock.
  public var readyFor: Duration
  /// How long the worst health has been Degraded without a break, by the agent's monotonic clock.
  public var degradedFor: Duration
  /// Why, for people: the object and its message, for example `Deployment shop/web: ImagePullBackOff registry/web:9`.
  public var message: String
  /// How many objects the target owns.
  public var objectCount: Int
  /// The drift seen or repaired since the last report; nil for none.
  public var drift: Drift?
  /// What differs now and is not about to be put right; nil for nothing.
  public var standing: StandingDrift?
  /// What is not as it was meant, without being a failure, for people: rules that match nothing, one text each; nil for
  /// nothing.
  public var warnings: [String]?

  /// Makes an observation.
  public init(
    target: TargetID, generation: Generation, bundle: Digest?, phase: Phase, health: Health,
    readyFor: Duration = .zero, degradedFor: Duration = .zero, message: String = "", objectCount: Int = 0,
    drift: Drift? = nil, standing: StandingDrift? = nil, warnings: [String]? = nil
  ) {
    self.target = target
    self.generation = generation
    self.bundle = bundle
    self.phase = phase
    self.health = health
    self.readyFor = readyFor
    self.degradedFor = degradedFor
    self.message = message
    self.objectCount = objectCount
    self.drift = drift
    self.standing = standing
    self.warnings = warnings
  }
}

/// What differs from what an agent applied for as long as it does: told with every report, not only when it is seen.
public struct StandingDrift: Hashable, Sendable, Codable {
  /// How many objects differ.
  public var objectCount: Int
  /// What differs, a field each, with both values, and who changed it and when where the cluster tells.
  public var fields: [String]
  /// Objects that were changed back again and again, so that they are not repaired any more, as `Kind namespace/name`.
  public var loops: [String]

  /// Makes a drift.
  public init(objectCount: Int, fields: [String], loops: [String] = []) {
    self.objectCount = objectCount
    self.fields = fields
    self.loops = loops
  }
}

/// A difference between what an agent applied and what it found.
public struct Drift: Hashable, Sendable, Codable {
  /// The objects that differ, as `Kind namespace/name`.
  public var objects: [String]
  /// What differs, one field a line, with who changed it where the cluster tells.
  public var details: String
  /// Whether the agent put it right.
  public var repaired: Bool

  /// Makes a drift.
  public init(objects: [String], details: String, repaired: Bool) {
    self.objects = objects
    self.details = details
    self.repaired = repaired
  }
}
