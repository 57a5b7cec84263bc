import FleetModel

// Times. Local time is UTC, on every machine.
extension TemplateFunctions {
  static func addTimes(to table: inout FunctionTable) {
    table.add("now", arity: 0) { (a) throws(FunctionError) in .time(try a.rendering.now()) }
    table.add("date", arity: 2) { (a) throws(FunctionError) in
      try text(a, layout: try a.bytes(0), of: a[1], zone: "UTC")
    }
    table.add("dateInZone", "date_in_zone", arity: 3) { (a) throws(FunctionError) in
      try text(a, layout: try a.bytes(0), of: a[1], zone: try a.text(2))
    }
    table.add("htmlDate", arity: 1) { (a) throws(FunctionError) in
      try text(a, layout: Array("2006-01-02".utf8), of: a[0], zone: "UTC")
    }
    table.add("htmlDateInZone", arity: 2) { (a) throws(FunctionError) in
      try text(a, layout: Array("2006-01-02".utf8), of: a[0], zone: try a.text(1))
    }
    table.add("dateModify", "date_modify", arity: 2) { (a) throws(FunctionError) in
      let time = try a.time(1)
      return .time(GoDuration.parse(try a.text(0)).map { time.adding(nanoseconds: $0) } ?? time)
    }
    table.add("mustDateModify", "must_date_modify", arity: 2) { (a) throws(FunctionError) in
      let text = try a.text(0)
      guard let duration = GoDuration.parse(text) else { throw FunctionError("time: invalid duration \"\(text)\"") }
      return .time(try a.time(1).adding(nanoseconds: duration))
    }
    table.add("toDate", arity: 2) { (a) throws(FunctionError) in
      .time(TimeLayout(try a.bytes(0)).parse(try a.bytes(1)) ?? .zero)
    }
    table.add("mustToDate", arity: 2) { (a) throws(FunctionError) in
      guard let time = TimeLayout(try a.bytes(0)).parse(try a.bytes(1)) else {
        throw FunctionError("parsing time \"\(try a.text(1))\" as \"\(try a.text(0))\": it is not of this form")
      }
      return .time(time)
    }
    table.add("unixEpoch", arity: 1) { (a) throws(FunctionError) in .string(String(try a.time(0).seconds)) }
    addDurations(to: &table)
  }

  private static func addDurations(to table: inout FunctionTable) {
    table.add("ago", arity: 1) { (a) throws(FunctionError) in
      let now = try a.rendering.now()
      let since = now.since(try time(a[0], a.rendering))
      return .string(GoDuration.text(GoDuration.roundedToSeconds(since)))
    }
    table.add("duration", arity: 1) { (a) throws(FunctionError) in
      let seconds: Int64 =
        switch a[0] {
        case .string(let text): GoNumber.clamped(text)
        case .integer(let number, .int64): number
        default: 0
        }
      return .string(GoDuration.text(seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue))
    }
    table.add("durationRound", arity: 1) { (a) throws(FunctionError) in
      switch a[0] {
      case .string(let text): return .string(rounded(GoDuration.parse(text) ?? 0))
      case .integer(let number, .int64): return .string(rounded(number))
      case .time(let time): return .string(rounded(try a.rendering.now().since(time)))
      default: return .string("0s")
      }
    }
  }

  private static func rounded(_ nanoseconds: Int64) -> String {
    let magnitude = nanoseconds.magnitude
    let hour: UInt64 = 3_600_000_000_000
    let units: [(UInt64, String)] = [
      (hour * 24 * 365, "y"), (hour * 24 * 30, "mo"), (hour * 24, "d"), (hour, "h"), (hour / 60, "m"),
      (hour / 3_600, "s"),
    ]
    guard let (unit, name) = units.first(where: { magnitude > $0.0 }) else { return "0s" }
    return "\(magnitude / unit)\(name)"
  }

  /// A time, or seconds since 1970; anything else is now.
  private static func time(_ value: Value, _ rendering: Rendering) throws(FunctionError) -> TimeValue {
    switch value {
    case .time(let time): time
    case .integer(let seconds, .int), .integer(let seconds, .int64), .integer(let seconds, .document):
      TimeValue(seconds: seconds)
    default: try rendering.now()
    }
  }

  private static func text(
    _ a: Arguments, layout: [UInt8], of value: Value, zone: String
  ) throws(FunctionError) -> Value {
    let time = try time(value, a.rendering)
    return .string(TimeLayout(layout).text(try inZone(time, zone, a.rendering)))
  }

  private static func inZone(_ time: TimeValue, _ zone: String, _ rendering: Rendering) throws(FunctionError)
    -> TimeValue
  {
    if zone == "UTC" || zone == "Local" || zone.isEmpty {
      return time.inZone(offsetSeconds: 0, abbreviation: "UTC")
    }
    guard let rules = rendering.environment.zones[zone] else {
      throw FunctionError("the rules of the time zone \"\(zone)\" are not given here; UTC is always known")
    }
    let (milliseconds, overflow) = time.seconds.multipliedReportingOverflow(by: 1_000)
    guard !overflow, let transition = rules.transition(at: .init(millisecondsSinceEpoch: milliseconds)) else {
      return time.inZone(offsetSeconds: 0, abbreviation: "UTC")
    }
    return time.inZone(offsetSeconds: transition.offsetSeconds, abbreviation: transition.abbreviation)
  }
}
