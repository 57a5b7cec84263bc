public import FleetModel

/// What templates see of the world. Everything is given as values: the same ones make the same text on every machine.
public struct TemplateEnvironment: Sendable {
  /// What `now` is: the time of the commit that a target is made from. nil refuses functions that need it.
  public var now: Instant?
  /// What `randAlphaNum`, `uuidv4`, `shuffle` and the like are drawn from, together with the template's own text: the
  /// names of the set and of the target. nil refuses them.
  public var seed: String?
  /// The rules of time zones by name (`Europe/Berlin`), for `dateInZone`. UTC is always there; other names are refused.
  public var zones: [String: ZoneRules]

  /// Makes an environment; without arguments one that refuses time and chance.
  public init(now: Instant? = nil, seed: String? = nil, zones: [String: ZoneRules] = [:]) {
    self.now = now
    self.seed = seed
    self.zones = zones
  }
}

/// When a time zone has which offset from UTC.
public struct ZoneRules: Sendable, Hashable {
  /// An offset, and since when it holds.
  public struct Transition: Sendable, Hashable {
    /// The first instant with the offset.
    public var start: Instant
    /// Seconds to add to UTC.
    public var offsetSeconds: Int
    /// What the zone is called then, for example `CEST`.
    public var abbreviation: String

    /// Makes a transition.
    public init(start: Instant, offsetSeconds: Int, abbreviation: String) {
      self.start = start
      self.offsetSeconds = offsetSeconds
      self.abbreviation = abbreviation
    }
  }

  /// By time; the first holds before its start too.
  public var transitions: [Transition]

  /// Makes rules of transitions in the order of time.
  public init(transitions: [Transition]) { self.transitions = transitions }

  func transition(at instant: Instant) -> Transition? {
    transitions.last { $0.start <= instant } ?? transitions.first
  }
}
