public import FleetModel

/// The windows and freezes of a project as they are now, with the zones that they need (R21). They are read anew in every
/// pass, unlike the strategy that names them: a freeze acts at once (decision 31).
public struct ChangeCalendar: Hashable, Sendable {
  /// A freeze, with when it was last described.
  public struct AppliedFreeze: Hashable, Sendable {
    /// The freeze.
    public var freeze: Freeze
    /// When its document was applied last: overrides from before are not about it.
    public var appliedAt: Instant

    /// Makes a value.
    public init(_ freeze: Freeze, appliedAt: Instant) {
      self.freeze = freeze
      self.appliedAt = appliedAt
    }
  }

  /// Raised by every change of a window or freeze; a commit with forward orders names the one it read.
  public var version: Int64
  /// All windows by name.
  public var windows: [String: Window]
  /// The freezes that are about the run's set, in order of name.
  public var freezes: [AppliedFreeze]
  /// The zones that these name, and that labels of the clusters given name.
  public var zones: [String: TimeZoneRules]

  /// Makes a calendar; without arguments one in which nothing is ever closed.
  public init(
    version: Int64 = 0, windows: [String: Window] = [:], freezes: [AppliedFreeze] = [],
    zones: [String: TimeZoneRules] = [:]
  ) {
    self.version = version
    self.windows = windows
    self.freezes = freezes
    self.zones = zones
  }

  /// The zone of a window or freeze for a cluster; nil when the cluster's label is missing or names none that is known.
  public func zone(_ reference: ZoneReference, labels: [String: String]) -> TimeZoneRules? {
    for name in reference.names(labels: labels) {
      if let zone = zones[name] { return zone }
      if name == TimeZoneRules.utc.name { return .utc }
    }
    return nil
  }
}

/// What decides whether orders of a stage may go to a cluster.
struct WindowQuestion {
  /// The lists of windows that are all asked: the set's and the stage's. Of a list any one that allows is enough, and one
  /// that denies closes it.
  var lists: [[String]]
  /// The stage's, which says how long before a window's end the last order is sent.
  var progressDeadline: Duration
  /// The cluster's labels.
  var labels: [String: String]
  /// The overrides given for the stage.
  var overrides: [WindowOverride]
}

/// Why orders may not go now.
struct WindowClosure: Hashable {
  /// Whether a freeze is among the reasons, so that two people must override.
  var isFreeze: Bool
  /// What is closed, and until when, for people.
  var message: String
  /// When all of it is open again; nil when somebody must act.
  var opensAt: Instant?
}

/// One thing that is closed at an instant.
private struct Closer {
  var isFreeze = false
  var message: String
  /// The freeze's beginning, before which an override is not about it.
  var since: Instant?
  var opensAt: Instant?
  var zone = TimeZoneRules.utc
}

extension ChangeCalendar {
  /// Why orders may not go at an instant; nil when they may.
  func closure(_ question: WindowQuestion, at now: Instant) -> WindowClosure? {
    let closers = freezeClosers(question, at: now) + windowClosers(question, at: now)
    let left = closers.filter { closer in
      let people = question.overrides.filter { counts($0, against: closer, question, at: now) }
      return Set(people.map(\.by)).count < (closer.isFreeze ? 2 : 1)
    }
    guard let first = left.first else { return nil }
    let opensAt = opening(question, from: now)
    let zone = left.max { ($0.opensAt ?? now) < ($1.opensAt ?? now) }?.zone ?? first.zone
    let end = opensAt.map { "; opens \(zone.text($0))" } ?? ""
    return WindowClosure(
      isFreeze: left.contains(where: \.isFreeze), message: left.map(\.message).joined(separator: "; ") + end,
      opensAt: opensAt)
  }

  /// When orders that may go now may no more; nil when that is not foreseen.
  func closing(_ question: WindowQuestion, after now: Instant) -> Instant? {
    var ends: [Instant] = freezes.compactMap { applied in
      guard isAbout(applied.freeze, question), let zone = zone(applied.freeze.timeZone, labels: question.labels) else {
        return nil
      }
      return applied.freeze.begin(in: zone)
    }
    for list in question.lists {
      var last: Instant?
      for window in list.compactMap({ windows[$0] }) {
        guard let zone = zone(window.timeZone, labels: question.labels) else { continue }
        switch window.effect {
        case .deny: ends += [window.nextOpening(after: now, in: zone)].compactMap { $0 }
        case .allow where window.isOpen(at: now, in: zone):
          guard let end = window.closing(after: now, in: zone) else { return nil }
          last = max(last ?? end, end - window.lastStart(progressDeadline: question.progressDeadline))
        case .allow: break
        }
      }
      ends += [last].compactMap { $0 }
    }
    return ends.filter { $0 > now }.min()
  }

  /// The first instant from `start` on at which nothing is closed; nil when nobody can tell.
  private func opening(_ question: WindowQuestion, from start: Instant, withFreezes: Bool = true) -> Instant? {
    var place = start
    for _ in 0..<Self.longestSearch {
      let closers = (withFreezes ? freezeClosers(question, at: place) : []) + windowClosers(question, at: place)
      guard !closers.isEmpty else { return place }
      var next = place
      for closer in closers {
        guard let opensAt = closer.opensAt else { return nil }
        next = max(next, opensAt)
      }
      place = next
    }
    return nil
  }

  /// Openings that are tried until one is found in which nothing else is closed.
  private static let longestSearch = 200

  /// Whether an override counts against all that is closed at an instant.
  func counts(_ override: WindowOverride, for question: WindowQuestion, at now: Instant) -> Bool {
    (freezeClosers(question, at: now) + windowClosers(question, at: now))
      .allSatisfy { counts(override, against: $0, question, at: now) }
  }

  /// Against a freeze counts what was said since it began; against windows what was said since they were open last.
  private func counts(
    _ override: WindowOverride, against closer: Closer, _ question: WindowQuestion, at now: Instant
  ) -> Bool {
    guard override.at <= now else { return false }
    if closer.isFreeze { return override.at >= closer.since ?? override.at }
    return opening(question, from: override.at, withFreezes: false).map { $0 > now } ?? true
  }

  private func isAbout(_ freeze: Freeze, _ question: WindowQuestion) -> Bool {
    freeze.clusters?.matches(question.labels) ?? true
  }

  private func freezeClosers(_ question: WindowQuestion, at now: Instant) -> [Closer] {
    freezes.compactMap { applied in
      let freeze = applied.freeze
      guard isAbout(freeze, question) else { return nil }
      let name = "freeze \(freeze.name) (\(freeze.reason))"
      guard let zone = zone(freeze.timeZone, labels: question.labels) else {
        return Closer(
          isFreeze: true, message: "\(name): \(unknownZone(freeze.timeZone))", since: applied.appliedAt)
      }
      guard freeze.isOn(at: now, in: zone) else { return nil }
      let since = max(applied.appliedAt, freeze.begin(in: zone) ?? applied.appliedAt)
      return Closer(isFreeze: true, message: "\(name) is on", since: since, opensAt: freeze.end(in: zone), zone: zone)
    }
  }

  private func windowClosers(_ question: WindowQuestion, at now: Instant) -> [Closer] {
    question.lists.flatMap { list -> [Closer] in
      var closers: [Closer] = []
      var allowing: [(window: Window, zone: TimeZoneRules)] = []
      for name in list {
        guard let window = windows[name] else {
          closers.append(Closer(message: "window \(name) does not exist"))
          continue
        }
        guard let zone = zone(window.timeZone, labels: question.labels) else {
          closers.append(Closer(message: "window \(name): \(unknownZone(window.timeZone))"))
          continue
        }
        if window.effect == .allow {
          allowing.append((window, zone))
        } else if window.isOpen(at: now, in: zone) {
          closers.append(
            Closer(
              message: "window \(name) denies", opensAt: window.closing(after: now, in: zone), zone: zone))
        }
      }
      let isAllowed = allowing.contains { takesOrders($0.window, question, at: now, in: $0.zone) }
      if !allowing.isEmpty, !isAllowed { closers.append(closedWindows(allowing, at: now)) }
      return closers
    }
  }

  private func takesOrders(_ window: Window, _ question: WindowQuestion, at now: Instant, in zone: TimeZoneRules)
    -> Bool
  {
    // One that is closed ends now.
    guard let end = window.closing(after: now, in: zone) else { return true }
    return now < end - window.lastStart(progressDeadline: question.progressDeadline)
  }

  private func closedWindows(_ windows: [(window: Window, zone: TimeZoneRules)], at now: Instant) -> Closer {
    let names = windows.map(\.window.name)
    let about =
      names.count == 1 ? "window \(names[0]) is closed" : "windows \(names.joined(separator: ", ")) are closed"
    var closer = Closer(message: about)
    for (window, zone) in windows {
      // One that takes no order any more, though it is open, opens anew only after its end.
      let isOpen = window.isOpen(at: now, in: zone)
      let from = isOpen ? window.closing(after: now, in: zone).map { $0 - .milliseconds(1) } : now
      if isOpen, names.count == 1 { closer.message = "window \(window.name) is too near its end" }
      guard let from, let opensAt = window.nextOpening(after: from, in: zone) else { continue }
      if closer.opensAt.map({ opensAt < $0 }) ?? true {
        closer.opensAt = opensAt
        closer.zone = zone
      }
    }
    return closer
  }

  private func unknownZone(_ reference: ZoneReference) -> String {
    switch reference {
    case .named(let name): "the time zone \(name) is not known to the controllers"
    case .fromLabel(let key): "the cluster's label \(key) names no known time zone"
    }
  }
}
