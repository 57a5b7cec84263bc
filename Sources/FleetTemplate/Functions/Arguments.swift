/// The arguments of one call, taken as what the function wants. What Go refuses by type is refused with Go's words.
struct Arguments {
  let values: [Value]
  let rendering: Rendering

  init(_ values: [Value], _ rendering: Rendering) {
    self.values = values
    self.rendering = rendering
  }

  var count: Int { values.count }

  subscript(index: Int) -> Value { values[index] }

  private func wrong(_ index: Int, _ expected: String) -> FunctionError {
    values[index].isNothing
      ? FunctionError("invalid value; expected \(expected), but there is no value")
      : FunctionError("wrong type for value; expected \(expected); got \(values[index].typeName)")
  }

  func text(_ index: Int) throws(FunctionError) -> String {
    switch values[index] {
    case .string(let text): return text
    case .bytes(let bytes): return bytes.text
    default: throw wrong(index, "string")
    }
  }

  func bytes(_ index: Int) throws(FunctionError) -> [UInt8] {
    guard let bytes = values[index].textBytes else { throw wrong(index, "string") }
    try rendering.spend(bytes.count / 1_024)
    return bytes
  }

  func scalars(_ index: Int) throws(FunctionError) -> [Unicode.Scalar] { Runes.scalars(try bytes(index)) }

  func int(_ index: Int) throws(FunctionError) -> Int {
    switch values[index] {
    case .integer(let number, .int), .integer(let number, .document): return Int(number)
    default: throw wrong(index, "int")
    }
  }

  func flag(_ index: Int) throws(FunctionError) -> Bool {
    guard case .boolean(let flag) = values[index] else { throw wrong(index, "bool") }
    return flag
  }

  func decimal(_ index: Int) throws(FunctionError) -> Double {
    switch values[index] {
    case .decimal(let number): return number
    // Go takes whole numbers that are written in the template.
    case .integer(let number, .int), .integer(let number, .document): return Double(number)
    default: throw wrong(index, "float64")
    }
  }

  func time(_ index: Int) throws(FunctionError) -> TimeValue {
    guard case .time(let time) = values[index] else { throw wrong(index, "time.Time") }
    return time
  }

  /// A map; nothing counts as an empty one.
  func map(_ index: Int) throws(FunctionError) -> MapValue {
    switch values[index] {
    case .map(let map):
      try rendering.spend(1)
      return map
    case .missing, .null: return .parameters([:])
    default: throw wrong(index, "map[string]interface {}")
    }
  }

  /// A map that can be changed.
  func box(_ index: Int) throws(FunctionError) -> MapBox {
    switch values[index] {
    case .map(.box(let box)): return box
    case .map(.parameters): throw FunctionError("this map cannot be changed here")
    case .missing, .null: throw FunctionError("assignment to entry in nil map")
    default: throw wrong(index, "map[string]interface {}")
    }
  }

  /// A list, for the functions that say what they cannot do.
  func list(_ index: Int, _ complaint: String) throws(FunctionError) -> ListValue {
    guard case .list(let list) = values[index] else {
      throw FunctionError("\(complaint) \(values[index].isNothing ? "nil" : values[index].kindName)")
    }
    try rendering.spend(list.count / 16)
    return list
  }

  /// A value as sprig's `toString` gives it.
  func string(_ value: Value) throws(FunctionError) -> [UInt8] {
    try Formatter.text(value, limit: rendering.limits.outputBytes)
  }
}

extension Value {
  /// The text of values that have one of their own in Go: times, versions, durations, months and weekdays.
  var ownText: String? {
    switch self {
    case .time(let time): time.text
    case .version(let version): version.text
    case .integer(let number, .duration): GoDuration.text(number)
    case .integer(let number, .month):
      TimeValue.months.indices.contains(Int(number) - 1) ? TimeValue.months[Int(number) - 1] : "%!Month(\(number))"
    case .integer(let number, .weekday):
      TimeValue.weekdays.indices.contains(Int(number)) ? TimeValue.weekdays[Int(number)] : "%!Weekday(\(number))"
    default: nil
    }
  }

  /// What it is, for messages.
  var description: String {
    switch self {
    case .missing, .null: "nothing"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .decimal: "a decimal number"
    case .string, .bytes: "a string"
    case .list: "a list"
    case .map: "a map"
    case .time: "a time"
    case .version: "a version"
    }
  }
}

extension TimeValue {
  /// As Go prints times.
  var text: String { TimeLayout(Array("2006-01-02 15:04:05.999999999 -0700 MST".utf8)).text(self) }
}
