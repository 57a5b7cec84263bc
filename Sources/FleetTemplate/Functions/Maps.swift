// Maps. Those that the template made, or all when it changes any, are changed in place.
extension TemplateFunctions {
  static func addMaps(to table: inout FunctionTable) {
    table.add("dict", atLeast: 0) { (a) throws(FunctionError) in
      var values: [String: Value] = [:]
      for index in stride(from: 0, to: a.count, by: 2) {
        values[try a.string(a[index]).text] = index + 1 < a.count ? a[index + 1] : .string("")
      }
      return a.rendering.map(values)
    }
    table.add("get", arity: 2) { (a) throws(FunctionError) in try a.map(0)[try a.text(1)] ?? .string("") }
    table.add("set", arity: 3) { (a) throws(FunctionError) in
      let box = try a.box(0)
      box.set(try a.text(1), a[2].isNothing ? .null : a[2])
      guard box.depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
      return a[0]
    }
    table.add("unset", arity: 2) { (a) throws(FunctionError) in
      if a[0].isNothing { return a.rendering.map([:]) }
      try a.box(0).values[try a.text(1)] = nil
      return a[0]
    }
    table.add("hasKey", arity: 2) { (a) throws(FunctionError) in .boolean(try a.map(0)[try a.text(1)] != nil) }
    table.add("pluck", atLeast: 1) { (a) throws(FunctionError) in
      let key = try a.text(0)
      var result: [Value] = []
      for index in 1..<max(a.count, 1) {
        if let value = try a.map(index)[key] { result.append(value) }
      }
      return .list(result)
    }
    table.add("keys", atLeast: 0) { (a) throws(FunctionError) in
      var result: [Value] = []
      for index in 0..<a.count { result += try a.map(index).sortedKeys.map { .string($0) } }
      return .texts(result)
    }
    table.add("values", arity: 1) { (a) throws(FunctionError) in
      let map = try a.map(0)
      return .list(map.sortedKeys.compactMap { map[$0] })
    }
    table.add("pick", atLeast: 1) { (a) throws(FunctionError) in
      let map = try a.map(0)
      var result: [String: Value] = [:]
      for index in 1..<max(a.count, 1) {
        let key = try a.text(index)
        if let value = map[key] { result[key] = value }
      }
      return a.rendering.map(result)
    }
    table.add("omit", atLeast: 1) { (a) throws(FunctionError) in
      let map = try a.map(0)
      var omitted: Set<String> = []
      for index in 1..<max(a.count, 1) { omitted.insert(try a.text(index)) }
      var result: [String: Value] = [:]
      for key in map.sortedKeys where !omitted.contains(key) { result[key] = map[key] }
      return a.rendering.map(result)
    }
    table.add("dig", atLeast: 3) { (a) throws(FunctionError) in try dig(a) }
    addMerging(to: &table)
  }

  private static func dig(_ a: Arguments) throws(FunctionError) -> Value {
    guard case .map(var map) = a[a.count - 1] else {
      throw FunctionError("the last argument must be a map, not \(a[a.count - 1].description)")
    }
    var path: [String] = []
    for index in 0..<(a.count - 2) { path.append(try a.text(index)) }
    for (index, key) in path.enumerated() {
      guard let next = map[key] else { return a[a.count - 2] }
      if index == path.count - 1 { return next }
      guard case .map(let inner) = next else {
        throw FunctionError("\"\(key)\" is \(next.description), so nothing can be dug out of it")
      }
      map = inner
    }
    return .null
  }

  private static func addMerging(to table: inout FunctionTable) {
    table.add("merge", "mustMerge", atLeast: 1) { (a) throws(FunctionError) in try merged(a, overwrites: false) }
    table.add("mergeOverwrite", "mustMergeOverwrite", atLeast: 1) { (a) throws(FunctionError) in
      try merged(a, overwrites: true)
    }
    table.add("deepCopy", "mustDeepCopy", arity: 1) { (a) throws(FunctionError) in
      if a[0].isNothing { throw FunctionError("there is no value to copy") }
      return try copy(a[0], a.rendering)
    }
  }

  private static func merged(_ a: Arguments, overwrites: Bool) throws(FunctionError) -> Value {
    let result = a[0].isNothing ? a.rendering.map([:]) : a[0]
    let target = try Arguments([result], a.rendering).box(0)
    for index in 1..<max(a.count, 1) {
      try merge(a.map(index), into: target, overwrites: overwrites, a.rendering, depth: 0)
    }
    return result
  }

  /// Maps are merged key by key; anything else is taken when it overwrites, or when there was nothing or something
  /// empty.
  private static func merge(
    _ source: MapValue, into target: MapBox, overwrites: Bool, _ rendering: Rendering, depth: Int
  ) throws(FunctionError) {
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    for key in source.sortedKeys {
      try rendering.spend(1)
      guard let value = source[key] else { continue }
      let old = target.values[key]
      if value.isNothing {
        if overwrites { target.set(key, .null) }
        continue
      }
      if case .map(let inner) = value, case .map(.box(let box)) = old {
        try merge(inner, into: box, overwrites: overwrites, rendering, depth: depth + 1)
      } else if overwrites || old.map({ !$0.isTrue }) ?? true {
        target.set(key, value)
      }
    }
    guard target.depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
  }

  private static func copy(_ value: Value, _ rendering: Rendering, depth: Int = 0) throws(FunctionError) -> Value {
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    try rendering.spend(1)
    switch value {
    case .list(let list):
      var elements: [Value] = []
      for index in 0..<list.count { elements.append(try copy(list[index], rendering, depth: depth + 1)) }
      return .list(ListValue(elements, type: list.type, isNil: list.isNil))
    case .map(let map):
      var values: [String: Value] = [:]
      for key in map.sortedKeys { values[key] = try copy(map[key] ?? .null, rendering, depth: depth + 1) }
      return rendering.map(values, holdsTexts: map.holdsTexts)
    default: return value
    }
  }
}
