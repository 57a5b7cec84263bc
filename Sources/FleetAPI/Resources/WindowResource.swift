public import FleetModel

/// Where a window or freeze stands.
public enum CalendarState: String, Codable, Sendable, CaseIterable {
  /// The window is open.
  case open
  /// The window is closed.
  case closed
  /// The freeze is on.
  case on
  /// The freeze is off.
  case off
  /// It has a clock of its own for each cluster.
  case perCluster
  /// Its time zone is not known to the controllers.
  case unknownZone
}

/// When orders may go, or may not: `GET …/windows`.
public struct WindowResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// Whether it allows or denies while it is open.
  public var effect: Window.Effect
  /// When it opens: cron's five fields, or a recurrence rule.
  public var schedule: String
  /// How long it stays open.
  public var durationMilliseconds: Int64
  /// How long before its end the last order is sent; null for the stage's `progressDeadline`.
  public var lastStartMilliseconds: Int64?
  /// The time zone's name, or `from label KEY`.
  public var timeZone: String
  /// Where it stands now.
  public var state: CalendarState
  /// When it opens or closes next; null for never, or where each cluster has its own.
  public var changesAt: Timestamp?
  /// The same in words, in its time zone; empty when `changesAt` is null.
  public var changesAtLocal: String
  /// Raised by every change; also the `ETag`.
  public var generation: Int64
  /// The document as it was applied; null in lists.
  public var document: JSONValue?

  /// Makes a resource.
  public init(
    project: ProjectName, name: String, effect: Window.Effect, schedule: String, durationMilliseconds: Int64,
    lastStartMilliseconds: Int64? = nil, timeZone: String, state: CalendarState, changesAt: Timestamp? = nil,
    changesAtLocal: String = "", generation: Int64 = 1, document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.effect = effect
    self.schedule = schedule
    self.durationMilliseconds = durationMilliseconds
    self.lastStartMilliseconds = lastStartMilliseconds
    self.timeZone = timeZone
    self.state = state
    self.changesAt = changesAt
    self.changesAtLocal = changesAtLocal
    self.generation = generation
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "business-hours", effect: .allow, schedule: "0 8 * * 1-5",
      durationMilliseconds: 36_000_000, lastStartMilliseconds: 1_800_000, timeZone: "Europe/Berlin", state: .closed,
      changesAt: Example.time, changesAtLocal: "Tue 24 Nov 2026 08:00 Europe/Berlin", document: Example.document)
  }
}

/// A time in which nothing is sent forward: `GET …/freezes`.
public struct FreezeResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// Why.
  public var reason: String
  /// When it begins, in words of its own clock; empty when it is on at once.
  public var from: String
  /// When it ends, exclusive; empty when somebody deletes it.
  public var until: String
  /// The time zone's name, or `from label KEY`.
  public var timeZone: String
  /// The selector of the clusters that it is about; empty for all.
  public var clusters: String
  /// The FleetSets that it is about; empty for all.
  public var fleetSets: [FleetSetName]
  /// Where it stands now.
  public var state: CalendarState
  /// When it begins or ends next; null for never, or where each cluster has its own.
  public var changesAt: Timestamp?
  /// Raised by every change; also the `ETag`.
  public var generation: Int64
  /// The document as it was applied; null in lists.
  public var document: JSONValue?

  /// Makes a resource.
  public init(
    project: ProjectName, name: String, reason: String, from: String, until: String, timeZone: String, clusters: String,
    fleetSets: [FleetSetName], state: CalendarState, changesAt: Timestamp? = nil, generation: Int64 = 1,
    document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.reason = reason
    self.from = from
    self.until = until
    self.timeZone = timeZone
    self.clusters = clusters
    self.fleetSets = fleetSets
    self.state = state
    self.changesAt = changesAt
    self.generation = generation
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "black-friday", reason: "no changes during the sale", from: "Fri 27 Nov 2026 00:00",
      until: "Mon 30 Nov 2026 06:00", timeZone: "Europe/Berlin", clusters: "region=eu-west", fleetSets: ["storefront"],
      state: .on, changesAt: Example.time, document: Example.document)
  }
}
