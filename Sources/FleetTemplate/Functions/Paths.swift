// Paths with slashes, Go's package `path`. Argo CD runs on Linux, so the functions for the system's paths are the same.
extension TemplateFunctions {
  static func addPaths(to table: inout FunctionTable) {
    table.add("base", "osBase", arity: 1) { (a) throws(FunctionError) in .text(base(try a.bytes(0))) }
    table.add("dir", "osDir", arity: 1) { (a) throws(FunctionError) in
      let path = try a.bytes(0)
      return .text(clean(Array(path[..<(path.lastIndex(of: 47).map { $0 + 1 } ?? 0)])))
    }
    table.add("clean", "osClean", arity: 1) { (a) throws(FunctionError) in .text(clean(try a.bytes(0))) }
    table.add("ext", "osExt", arity: 1) { (a) throws(FunctionError) in
      let path = try a.bytes(0)
      guard let mark = path.lastIndex(where: { $0 == 46 || $0 == 47 }), path[mark] == 46 else { return .string("") }
      return .text(path[mark...])
    }
    table.add("isAbs", "osIsAbs", arity: 1) { (a) throws(FunctionError) in .boolean(try a.bytes(0).first == 47) }
  }

  private static func base(_ path: [UInt8]) -> [UInt8] {
    if path.isEmpty { return [46] }
    var end = path.count
    while end > 0, path[end - 1] == 47 { end -= 1 }
    if end == 0 { return [47] }
    let start = path[..<end].lastIndex(of: 47).map { $0 + 1 } ?? 0
    return Array(path[start..<end])
  }

  /// The shortest path that means the same.
  private static func clean(_ path: [UInt8]) -> [UInt8] {
    let isRooted = path.first == 47
    var parts: [ArraySlice<UInt8>] = []
    for part in path.split(separator: 47) {
      switch part {
      case [46]: continue
      case [46, 46]:
        if let last = parts.last, last != [46, 46] {
          parts.removeLast()
        } else if !isRooted {
          parts.append(part)
        }
      default: parts.append(part)
      }
    }
    let joined = Array(parts.joined(separator: [47]))
    if isRooted { return [47] + joined }
    return joined.isEmpty ? [46] : joined
  }
}
