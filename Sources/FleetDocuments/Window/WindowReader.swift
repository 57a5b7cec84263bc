internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `spec` of a Window document (R21).
  func window(_ header: DocumentHeader) -> Window? {
    let read = MapReader.read(self) { map -> Window? in
      map.renamed("kind", to: "effect")
      map.renamed("schedule", to: "cron")
      let effect = map.optional("effect")?.choice(Window.Effect.self) ?? .allow
      let start = map.schedule()
      let duration = map.required("duration", hint: "write it like 8h")?.duration(atLeast: .seconds(60))
      let lastStartField = map.optional("lastStart")
      let lastStart = lastStartField?.duration()
      let timeZone = map.required("timeZone", hint: Self.zoneHint)?.zoneReference()
      if effect == .deny, lastStartField != nil {
        lastStartField?.error("a window that denies has no last start", hint: "remove it")
      } else if let duration, let lastStart, lastStart >= duration {
        lastStartField?.error(
          "no order could be sent: lastStart \(lastStart.text) is not shorter than duration \(duration.text)",
          hint: "it says how long before its end the window takes the last order")
      }
      guard let start, let duration, let timeZone else { return nil }
      return Window(
        project: header.project, name: header.name ?? "", effect: effect, start: start, duration: duration,
        lastStart: lastStart, timeZone: timeZone)
    }
    return read ?? nil
  }

  /// The `spec` of a Freeze document (R21).
  func freeze(_ header: DocumentHeader) -> Freeze? {
    let read = MapReader.read(self) { map -> Freeze? in
      let reason = map.required("reason", hint: "say why: everybody who waits for its end reads it")?.nonEmptyText()
      let from = map.optional("from")
      let until = map.optional("until")
      let begin = from?.civilMinute()
      let end = until?.civilMinute()
      if let begin, let end, end <= begin {
        until?.error("the freeze would never be on: it ends before it begins", hint: "the end is exclusive")
      }
      let isTimed = from != nil || until != nil
      let zone = isTimed ? map.required("timeZone", hint: Self.zoneHint) : map.optional("timeZone")
      let timeZone = zone.map { $0.zoneReference() } ?? (isTimed ? nil : .named(TimeZoneRules.utc.name))
      let clusters = map.optional("clusters")?.selector()
      let fleetSets = map.optional("fleetSets")?.list()
      if fleetSets?.isEmpty == true {
        map.optional("fleetSets")?.error("the list of FleetSets is empty", hint: "leave it out for all of them")
      }
      guard let reason, let timeZone else { return nil }
      return Freeze(
        project: header.project, name: header.name ?? "", reason: reason, from: begin, until: end, timeZone: timeZone,
        clusters: clusters, fleetSets: fleetSets?.compactMap { $0.name() }.map { FleetSetName($0) } ?? [])
    }
    return read ?? nil
  }

  private static let zoneHint = "give an IANA name like Europe/Berlin, or {fromLabel: flotilla.dev/timezone}"

  /// `Europe/Berlin`, or `{fromLabel: KEY}`.
  private func zoneReference() -> ZoneReference? {
    guard node.object == nil else {
      let read = MapReader.read(self) { map in map.required("fromLabel")?.labelKey().map(ZoneReference.fromLabel) }
      return read ?? nil
    }
    guard let name = nonEmptyText() else { return nil }
    guard ZoneCatalogue.isName(name) else {
      error("\(found) is not a time zone's name", hint: Self.zoneHint)
      return nil
    }
    if let zones = findings.zones, !zones.names.contains(name) {
      let near = suggestion(for: name, among: zones.names).map { "did you mean \"\($0)\"? " } ?? ""
      let version = zones.version.isEmpty ? "" : " of the time zone database \(zones.version)"
      error("\(found) is no time zone\(version)", hint: near + Self.zoneHint)
      return nil
    }
    return .named(name)
  }

  /// `2026-11-27T18:00`, or `2026-11-27` for its midnight, without a zone.
  private func civilMinute() -> CivilMinute? {
    guard let text = nonEmptyText() else { return nil }
    guard let minute = CivilMinute(text: text) else {
      error("\(found) is no local time", hint: "write it like 2026-11-27T18:00; its zone stands in timeZone")
      return nil
    }
    return minute
  }
}

extension MapReader {
  /// When a window opens: exactly one of `cron` and `rrule`.
  fileprivate func schedule() -> Schedule? {
    let fields = ["cron", "rrule"].compactMap { key in optional(key).map { (key, $0) } }
    let hint = "give cron: \"0 8 * * 1-5\", or rrule: FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20"
    guard let (key, place) = fields.first else {
      reportMissing(["cron", "rrule"]) { [field] in field.error("the window does not say when it opens", hint: hint) }
      return nil
    }
    guard fields.count == 1 else {
      field.error("the window says twice when it opens", hint: hint)
      return nil
    }
    guard let text = place.nonEmptyText() else { return nil }
    do throws(ScheduleError) {
      let schedule: Schedule = key == "cron" ? .cron(try CronSchedule(text)) : .rule(try RecurrenceRule(text))
      if schedule.isImpossible {
        place.error("the window would never open: no day fits", hint: "look at day of month and month together")
        return nil
      }
      return schedule
    } catch {
      place.error(error.message, hint: error.hint)
      return nil
    }
  }
}
