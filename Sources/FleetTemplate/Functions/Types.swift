// Defaults, truth and types.
extension TemplateFunctions {
  static func addTypes(to table: inout FunctionTable) {
    table.add("default", atLeast: 1) { (a) throws(FunctionError) in a.count > 1 && isFull(a[1]) ? a[1] : a[0] }
    table.add("empty", arity: 1) { (a) throws(FunctionError) in .boolean(!isFull(a[0])) }
    table.add("coalesce", atLeast: 0) { (a) throws(FunctionError) in a.values.first { isFull($0) } ?? .null }
    table.add("all", atLeast: 0) { (a) throws(FunctionError) in .boolean(a.values.allSatisfy { isFull($0) }) }
    table.add("any", atLeast: 0) { (a) throws(FunctionError) in .boolean(a.values.contains { isFull($0) }) }
    table.add("ternary", arity: 3) { (a) throws(FunctionError) in try a.flag(2) ? a[0] : a[1] }
    table.add("typeOf", arity: 1) { (a) throws(FunctionError) in .string(a[0].typeName) }
    table.add("typeIs", arity: 2) { (a) throws(FunctionError) in .boolean(try a.text(0) == a[1].typeName) }
    table.add("typeIsLike", arity: 2) { (a) throws(FunctionError) in
      let name = try a.text(0)
      return .boolean(name == a[1].typeName || "*" + name == a[1].typeName)
    }
    table.add("kindOf", arity: 1) { (a) throws(FunctionError) in .string(a[0].kindName) }
    table.add("kindIs", arity: 2) { (a) throws(FunctionError) in .boolean(try a.text(0) == a[1].kindName) }
    table.add("deepEqual", arity: 2) { (a) throws(FunctionError) in
      .boolean(try Comparison.areDeepEqual(a[0], a[1], a.rendering))
    }
    table.add("fail", arity: 1) { (a) throws(FunctionError) in throw FunctionError(try a.text(0)) }
    table.add("hello", arity: 0) { (_) throws(FunctionError) in .string("Hello!") }
  }
}
