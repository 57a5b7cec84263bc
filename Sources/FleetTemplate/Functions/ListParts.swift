// Parts of lists.
extension TemplateFunctions {
  static func addListParts(to table: inout FunctionTable) {
    table.add("first", "mustFirst", arity: 1) { (a) throws(FunctionError) in
      let list = try a.list(0, "Cannot find first on type")
      return list.count == 0 ? .null : list[0]
    }
    table.add("last", "mustLast", arity: 1) { (a) throws(FunctionError) in
      let list = try a.list(0, "Cannot find last on type")
      return list.count == 0 ? .null : list[list.count - 1]
    }
    table.add("rest", "mustRest", arity: 1) { (a) throws(FunctionError) in
      let list = try a.list(0, "Cannot find rest on type")
      return .list(ListValue(Array(list.elements.dropFirst()), isNil: list.count == 0))
    }
    table.add("initial", "mustInitial", arity: 1) { (a) throws(FunctionError) in
      let list = try a.list(0, "Cannot find initial on type")
      return .list(ListValue(Array(list.elements.dropLast()), isNil: list.count == 0))
    }
    table.add("chunk", "mustChunk", arity: 2) { (a) throws(FunctionError) in
      let size = try a.int(0)
      guard size > 0 else { throw FunctionError("the size of chunks must be above 0, not \(size)") }
      let elements = try a.list(1, "Cannot chunk type").elements
      var chunks: [Value] = []
      var start = 0
      while start < elements.count {
        let end = min(elements.count - start, size) + start
        chunks.append(.list(Array(elements[start..<end])))
        start = end
      }
      return .list(ListValue(chunks, type: .lists))
    }
  }
}
