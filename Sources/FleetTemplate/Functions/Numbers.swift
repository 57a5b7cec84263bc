// Whole numbers. They wrap around at 64 bits as Go's do.
extension TemplateFunctions {
  static func addNumbers(to table: inout FunctionTable) {
    table.add("add", atLeast: 0) { (a) throws(FunctionError) in
      .int64(a.values.reduce(0) { $0 &+ Conversion.integer($1) })
    }
    table.add("add1", arity: 1) { (a) throws(FunctionError) in .int64(Conversion.integer(a[0]) &+ 1) }
    table.add("sub", arity: 2) { (a) throws(FunctionError) in
      .int64(Conversion.integer(a[0]) &- Conversion.integer(a[1]))
    }
    table.add("mul", atLeast: 1) { (a) throws(FunctionError) in
      .int64(a.values.reduce(1) { $0 &* Conversion.integer($1) })
    }
    table.add("div", arity: 2) { (a) throws(FunctionError) in
      .int64(Conversion.integer(a[0]).dividedReportingOverflow(by: try divisor(a[1])).partialValue)
    }
    table.add("mod", arity: 2) { (a) throws(FunctionError) in
      .int64(Conversion.integer(a[0]).remainderReportingOverflow(dividingBy: try divisor(a[1])).partialValue)
    }
    table.add("max", "biggest", atLeast: 1) { (a) throws(FunctionError) in
      .int64(a.values.map { Conversion.integer($0) }.max() ?? 0)
    }
    table.add("min", atLeast: 1) { (a) throws(FunctionError) in
      .int64(a.values.map { Conversion.integer($0) }.min() ?? 0)
    }
    table.add("int", arity: 1) { (a) throws(FunctionError) in .integer(Conversion.integer(a[0]), .int) }
    table.add("int64", arity: 1) { (a) throws(FunctionError) in .int64(Conversion.integer(a[0])) }
    table.add("atoi", arity: 1) { (a) throws(FunctionError) in
      .integer(GoNumber.clamped(try a.text(0)), .int)
    }
    table.add("toDecimal", arity: 1) { (a) throws(FunctionError) in
      .int64(GoNumber.integer(try a.string(a[0]).text, radix: 8) ?? 0)
    }
  }

  private static func divisor(_ value: Value) throws(FunctionError) -> Int64 {
    let number = Conversion.integer(value)
    guard number != 0 else { throw FunctionError("runtime error: integer divide by zero") }
    return number
  }
}
