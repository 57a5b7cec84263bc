// Decimal numbers.
extension TemplateFunctions {
  static func addDecimals(to table: inout FunctionTable) {
    table.add("float64", arity: 1) { (a) throws(FunctionError) in .decimal(Conversion.decimal(a[0])) }
    table.add("floor", arity: 1) { (a) throws(FunctionError) in .decimal(Conversion.decimal(a[0]).rounded(.down)) }
    table.add("ceil", arity: 1) { (a) throws(FunctionError) in .decimal(Conversion.decimal(a[0]).rounded(.up)) }
    table.add("round", arity: 2...Int.max) { (a) throws(FunctionError) in
      let limit = a.count > 2 ? try a.decimal(2) : 0.5
      for index in 2..<max(a.count, 2) { _ = try a.decimal(index) }
      let places = max(-400, min(400, try a.int(1)))
      let power = Double("1e\(places)") ?? 0
      let shifted = power * Conversion.decimal(a[0])
      let fraction = shifted - shifted.rounded(.towardZero)
      return .decimal(shifted.rounded(fraction >= limit ? .up : .down) / power)
    }
    table.add("maxf", atLeast: 1) { (a) throws(FunctionError) in .decimal(extreme(a, .infinity) { $0 > $1 }) }
    table.add("minf", atLeast: 1) { (a) throws(FunctionError) in .decimal(extreme(a, -.infinity) { $0 < $1 }) }
    table.add("addf", atLeast: 0) { (a) throws(FunctionError) in
      try combined(0, a.values[...]) { (sum, next) throws(FunctionError) in sum.add(BigDecimal(next)) }
    }
    table.add("add1f", arity: 1) { (a) throws(FunctionError) in
      try combined(Conversion.decimal(a[0]), [.int(1)]) { (sum, next) throws(FunctionError) in
        sum.add(BigDecimal(next))
      }
    }
    table.add("subf", atLeast: 1) { (a) throws(FunctionError) in
      try combined(Conversion.decimal(a[0]), a.values.dropFirst()) { (difference, next) throws(FunctionError) in
        difference.subtract(BigDecimal(next))
      }
    }
    table.add("mulf", atLeast: 1) { (a) throws(FunctionError) in
      // Every factor has up to 17 digits more.
      try a.rendering.spend(a.count * a.count / 64)
      return try combined(Conversion.decimal(a[0]), a.values.dropFirst()) { (product, next) throws(FunctionError) in
        product.multiply(by: BigDecimal(next))
      }
    }
    table.add("divf", atLeast: 1) { (a) throws(FunctionError) in
      try combined(Conversion.decimal(a[0]), a.values.dropFirst()) { (quotient, next) throws(FunctionError) in
        guard quotient.divide(by: next) else { throw FunctionError("decimal division by 0") }
      }
    }
  }

  private static func extreme(_ a: Arguments, _ best: Double, _ isBetter: (Double, Double) -> Bool) -> Double {
    let numbers = a.values.map { Conversion.decimal($0) }
    if numbers.contains(best) { return best }
    if let nan = numbers.first(where: \.isNaN) { return nan }
    return numbers.dropFirst().reduce(numbers.first ?? 0) { isBetter($1, $0) ? $1 : $0 }
  }

  private static func combined(
    _ first: Double, _ others: ArraySlice<Value>, _ step: (inout BigDecimal, Double) throws(FunctionError) -> Void
  ) throws(FunctionError) -> Value {
    func checked(_ number: Double) throws(FunctionError) -> Double {
      guard number.isFinite else {
        throw FunctionError("Cannot create a Decimal from \(DecimalText.text(number, verb: 103, precision: nil))")
      }
      return number
    }
    var result = BigDecimal(try checked(first))
    for value in others { try step(&result, try checked(Conversion.decimal(value))) }
    return .decimal(result.double)
  }
}
