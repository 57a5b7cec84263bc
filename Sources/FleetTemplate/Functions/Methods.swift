/// The methods of Go's values that templates can call with a dot: those of times, durations, months and versions.
enum Methods {
  /// nil for a value that has no such method.
  static func call(_ name: String, of value: Value, _ arguments: Arguments) throws(FunctionError) -> Value? {
    let result: Value?
    switch value {
    case .time(let time): result = try call(name, of: time, arguments)
    case .version(let version): result = try call(name, of: version, arguments)
    case .integer(let number, .duration): result = duration(name, number)
    case .integer(_, .month), .integer(_, .weekday):
      result = name == "String" ? .string(value.ownText ?? "") : nil
    default: result = nil
    }
    if result != nil, !takesArguments.contains(name), arguments.count > 0 {
      throw FunctionError("wrong number of args for \(name): want 0 got \(arguments.count)")
    }
    return result
  }

  private static let takesArguments: Set<String> = [
    "Format", "Add", "AddDate", "Sub", "Before", "After", "Equal", "Compare", "LessThan", "LessThanEqual",
    "GreaterThan", "GreaterThanEqual", "SetPrerelease", "SetMetadata",
  ]

  private static func require(_ count: Int, _ name: String, _ arguments: Arguments) throws(FunctionError) {
    guard arguments.count == count else {
      throw FunctionError("wrong number of args for \(name): want \(count) got \(arguments.count)")
    }
  }

  private static func call(
    _ name: String, of time: TimeValue, _ arguments: Arguments
  ) throws(FunctionError) -> Value? {
    let fields = time.fields
    switch name {
    case "Year": return .int(Int(fields.year))
    case "Month": return .integer(Int64(fields.month), .month)
    case "Day": return .int(fields.day)
    case "Weekday": return .integer(Int64(fields.weekday), .weekday)
    case "YearDay": return .int(fields.dayOfYear)
    case "Hour": return .int(fields.hour)
    case "Minute": return .int(fields.minute)
    case "Second": return .int(fields.second)
    case "Nanosecond": return .int(Int(time.nanoseconds))
    case "Unix": return .int64(time.seconds)
    case "UnixMilli": return .int64(time.seconds &* 1_000 &+ time.nanoseconds / 1_000_000)
    case "UnixMicro": return .int64(time.seconds &* 1_000_000 &+ time.nanoseconds / 1_000)
    case "UnixNano": return .int64(time.seconds &* 1_000_000_000 &+ time.nanoseconds)
    case "IsZero": return .boolean(time.seconds == TimeValue.zero.seconds && time.nanoseconds == 0)
    case "UTC", "Local": return .time(time.inZone(offsetSeconds: 0, abbreviation: "UTC"))
    case "String": return .string(time.text)
    case "Format":
      try require(1, name, arguments)
      return .string(TimeLayout(try arguments.bytes(0)).text(time))
    case "Add":
      try require(1, name, arguments)
      guard case .integer(let nanoseconds, let kind) = arguments[0], kind == .duration || kind == .int else {
        throw FunctionError("wrong type for value; expected time.Duration; got \(arguments[0].typeName)")
      }
      return .time(time.adding(nanoseconds: nanoseconds))
    case "AddDate":
      try require(3, name, arguments)
      return .time(try adding(years: arguments.int(0), months: arguments.int(1), days: arguments.int(2), to: time))
    case "Sub":
      try require(1, name, arguments)
      return .integer(time.since(try arguments.time(0)), .duration)
    case "Before", "After", "Equal", "Compare":
      try require(1, name, arguments)
      let other = try arguments.time(0)
      let order =
        time.seconds != other.seconds
        ? (time.seconds < other.seconds ? -1 : 1)
        : time.nanoseconds == other.nanoseconds ? 0 : time.nanoseconds < other.nanoseconds ? -1 : 1
      switch name {
      case "Before": return .boolean(order < 0)
      case "After": return .boolean(order > 0)
      case "Equal": return .boolean(order == 0)
      default: return .int(order)
      }
    default: return nil
    }
  }

  private static func adding(
    years: Int, months: Int, days: Int, to time: TimeValue
  ) throws(FunctionError) -> TimeValue {
    guard [years, months, days].allSatisfy({ $0.magnitude < 1_000_000_000 }) else {
      throw FunctionError("the date is out of range")
    }
    let fields = time.fields
    let before = TimeValue.Fields.days(year: fields.year, month: Int64(fields.month), day: Int64(fields.day))
    let after = TimeValue.Fields.days(
      year: fields.year &+ Int64(years), month: Int64(fields.month + months), day: Int64(fields.day + days))
    var moved = time
    moved.seconds = time.seconds &+ (after &- before) &* 86_400
    return moved
  }

  private static func duration(_ name: String, _ nanoseconds: Int64) -> Value? {
    switch name {
    case "String": .string(GoDuration.text(nanoseconds))
    case "Hours": .decimal(Double(nanoseconds) / 3.6e12)
    case "Minutes": .decimal(Double(nanoseconds) / 6e10)
    case "Seconds": .decimal(Double(nanoseconds) / 1e9)
    case "Milliseconds": .int64(nanoseconds / 1_000_000)
    case "Microseconds": .int64(nanoseconds / 1_000)
    case "Nanoseconds": .int64(nanoseconds)
    default: nil
    }
  }

  private static func call(
    _ name: String, of version: SemanticVersion, _ arguments: Arguments
  ) throws(FunctionError) -> Value? {
    switch name {
    case "Major": return .integer(Int64(clamping: version.major), .uint64)
    case "Minor": return .integer(Int64(clamping: version.minor), .uint64)
    case "Patch": return .integer(Int64(clamping: version.patch), .uint64)
    case "Prerelease": return .string(version.prerelease)
    case "Metadata": return .string(version.metadata)
    case "Original": return .string(version.original)
    case "String": return .string(version.text)
    case "IncMajor", "IncMinor", "IncPatch": return .version(version.incremented(name))
    case "SetPrerelease", "SetMetadata":
      try require(1, name, arguments)
      let text = try arguments.text(0)
      let base = "\(version.major).\(version.minor).\(version.patch)"
      let prerelease = name == "SetPrerelease" ? text : version.prerelease
      let metadata = name == "SetMetadata" ? text : version.metadata
      let written = base + (prerelease.isEmpty ? "" : "-" + prerelease) + (metadata.isEmpty ? "" : "+" + metadata)
      return .version(try SemanticVersion((version.original.hasPrefix("v") ? "v" : "") + written))
    case "Compare", "LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual", "Equal":
      try require(1, name, arguments)
      guard case .version(let other) = arguments[0] else {
        throw FunctionError("wrong type for value; expected *semver.Version; got \(arguments[0].typeName)")
      }
      let order = version.compare(other)
      switch name {
      case "LessThan": return .boolean(order < 0)
      case "LessThanEqual": return .boolean(order <= 0)
      case "GreaterThan": return .boolean(order > 0)
      case "GreaterThanEqual": return .boolean(order >= 0)
      case "Equal": return .boolean(order == 0)
      default: return .int(order)
      }
    default: return nil
    }
  }
}
