// Lists: making them, and what is added to them.
extension TemplateFunctions {
  static func addLists(to table: inout FunctionTable) {
    table.add("list", "tuple", atLeast: 0) { (a) throws(FunctionError) in
      .list(a.values.map { $0.isNothing ? .null : $0 })
    }
    table.add("append", "push", "mustAppend", "mustPush", arity: 2) { (a) throws(FunctionError) in
      .list(try a.list(0, "Cannot push on type").elements + [a[1]])
    }
    table.add("prepend", "mustPrepend", arity: 2) { (a) throws(FunctionError) in
      .list([a[1]] + (try a.list(0, "Cannot prepend on type").elements))
    }
    table.add("concat", atLeast: 0) { (a) throws(FunctionError) in
      var result: [Value] = []
      for index in 0..<a.count {
        guard case .list(let list) = a[index] else {
          throw FunctionError(
            "Cannot concat type \(a[index].isNothing ? "nil" : a[index].kindName) as list")
        }
        try a.rendering.spend(list.count / 16)
        result += list.elements
        try a.rendering.reserve(result.count)
      }
      return .list(ListValue(result, isNil: result.isEmpty))
    }
    table.add("reverse", "mustReverse", arity: 1) { (a) throws(FunctionError) in
      .list(Array(try a.list(0, "Cannot find reverse on type").elements.reversed()))
    }
    table.add("compact", "mustCompact", arity: 1) { (a) throws(FunctionError) in
      .list(try a.list(0, "Cannot compact on type").elements.filter { isFull($0) })
    }
    table.add("uniq", "mustUniq", arity: 1) { (a) throws(FunctionError) in
      var result: [Value] = []
      for element in try a.list(0, "Cannot find uniq on type").elements
      where try !contains(result, element, a.rendering) {
        result.append(element)
      }
      return .list(result)
    }
    table.add("without", "mustWithout", atLeast: 1) { (a) throws(FunctionError) in
      let omitted = Array(a.values.dropFirst())
      var result: [Value] = []
      for element in try a.list(0, "Cannot find without on type").elements
      where try !contains(omitted, element, a.rendering) {
        result.append(element)
      }
      return .list(result)
    }
    table.add("has", "mustHas", arity: 2) { (a) throws(FunctionError) in
      if a[1].isNothing { return .boolean(false) }
      return .boolean(try contains(a.list(1, "Cannot find has on type").elements, a[0], a.rendering))
    }
    table.add("until", arity: 1) { (a) throws(FunctionError) in
      let count = try a.int(0)
      return try numbers(from: 0, to: count, by: count < 0 ? -1 : 1, a)
    }
    table.add("untilStep", arity: 3) { (a) throws(FunctionError) in
      try numbers(from: a.int(0), to: a.int(1), by: a.int(2), a)
    }
    table.add("seq", atLeast: 0) { (a) throws(FunctionError) in try sequence(a) }
  }

  /// What sprig calls not empty; the same as true in Go.
  static func isFull(_ value: Value) -> Bool { value.isTrue }

  private static func contains(
    _ list: [Value], _ wanted: Value, _ rendering: Rendering
  ) throws(FunctionError) -> Bool {
    for element in list where try Comparison.areDeepEqual(wanted, element, rendering) { return true }
    return false
  }

  /// Numbers from a start to before an end; none when the step leads away.
  private static func counted(from start: Int, to end: Int, by step: Int, _ a: Arguments) throws(FunctionError) -> [Int]
  {
    guard step != 0, (end < start) == (step < 0) else { return [] }
    let (distance, overflow) = end.subtractingReportingOverflow(start)
    let count = overflow ? .max : Int(clamping: distance.magnitude / step.magnitude)
    guard count <= a.rendering.limits.steps else {
      throw FunctionError("a list of \(count) numbers is beyond \(a.rendering.limits.steps) steps", isLimit: true)
    }
    try a.rendering.spend(count / 16)
    return Array(stride(from: start, to: end, by: step))
  }

  private static func numbers(from start: Int, to end: Int, by step: Int, _ a: Arguments) throws(FunctionError) -> Value
  {
    .list(ListValue(try counted(from: start, to: end, by: step, a).map { .int($0) }, type: .integers))
  }

  private static func sequence(_ a: Arguments) throws(FunctionError) -> Value {
    var numbers: [Int] = []
    for index in 0..<a.count { numbers.append(try a.int(index)) }
    guard (1...3).contains(numbers.count), let end = numbers.last else { return .string("") }
    let start = a.count == 1 ? 1 : numbers[0]
    let direction = end < start ? -1 : 1
    let step = a.count == 3 ? numbers[1] : direction
    if a.count == 3, end < start, step > 0 { return .string("") }
    let (beyond, overflow) = end.addingReportingOverflow(direction)
    guard !overflow else { throw FunctionError("the sequence is too long", isLimit: true) }
    return .string(try counted(from: start, to: beyond, by: step, a).map(String.init).joined(separator: " "))
  }
}
