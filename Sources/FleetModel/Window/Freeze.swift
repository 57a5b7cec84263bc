/// A time in which nothing is sent forward, whatever the windows say (R21).
public struct Freeze: Hashable, Sendable, Codable {
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: String
  /// Why, for everybody who waits for its end.
  public var reason: String
  /// When it begins, on the clock of its zone; nil when it is on at once.
  public var from: CivilMinute?
  /// When it ends, exclusive, on the clock of its zone; nil when somebody deletes it.
  public var until: CivilMinute?
  /// Where its clock stands.
  public var timeZone: ZoneReference
  /// The clusters that it is about; nil for all.
  public var clusters: LabelSelector?
  /// The FleetSets that it is about; empty for all.
  public var fleetSets: [FleetSetName]

  /// Makes a freeze.
  public init(
    project: ProjectName = .defaultProject, name: String, reason: String, from: CivilMinute? = nil,
    until: CivilMinute? = nil, timeZone: ZoneReference = .named("UTC"), clusters: LabelSelector? = nil,
    fleetSets: [FleetSetName] = []
  ) {
    self.project = project
    self.name = name
    self.reason = reason
    self.from = from
    self.until = until
    self.timeZone = timeZone
    self.clusters = clusters
    self.fleetSets = fleetSets
  }

  /// When it begins; nil when it has always been on.
  public func begin(in zone: TimeZoneRules) -> Instant? { from.map { zone.instant(of: $0) } }

  /// When it ends, exclusive; nil when it does not end by itself.
  public func end(in zone: TimeZoneRules) -> Instant? { until.map { zone.instant(of: $0) } }

  /// Whether it is on.
  public func isOn(at instant: Instant, in zone: TimeZoneRules) -> Bool {
    begin(in: zone).map { $0 <= instant } ?? true && end(in: zone).map { instant < $0 } ?? true
  }
}
