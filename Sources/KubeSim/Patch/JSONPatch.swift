import Manifest

/// RFC 6902 as the API server applies it (exchange 072).
enum JSONPatch {
  static func apply(_ patch: Node, to document: Node) throws(APIFailure) -> Node {
    guard let operations = patch.array else {
      throw .badRequest(
        "error decoding patch: json: cannot unmarshal \(patch.object == nil ? "value" : "object") into Go value of type "
          + "[]handlers.jsonPatchOp")
    }
    var result = document
    for operation in operations {
      guard let name = operation["op"]?.string, let path = operation["path"]?.string else {
        throw .badRequest("a JSON patch operation needs op and path")
      }
      let pointer = segments(path)
      switch name {
      case "add": try set(&result, pointer[...], value(operation), path, inserting: true)
      case "replace":
        // A key that is not there is added, as the server does (exchange 072).
        try set(&result, pointer[...], value(operation), path, inserting: false)
      case "remove": try remove(&result, pointer[...], path, name)
      case "test":
        guard (get(result, pointer[...]) ?? Node(.null)) == (operation["value"] ?? Node(.null)) else {
          throw APIFailure(
            422, "Invalid", "the server rejected our request due to an error in our request",
            details: Node(.object(Object())))
        }
      case "copy", "move":
        guard let from = operation["from"]?.string, let moved = get(result, segments(from)[...]) else {
          throw missing(name, operation["from"]?.string ?? "")
        }
        if name == "move" { try remove(&result, segments(from)[...], from, name) }
        try set(&result, pointer[...], moved, path, inserting: true)
      default: throw missing(name, path)
      }
    }
    return result
  }

  private static func value(_ operation: Node) -> Node { operation["value"] ?? Node(.null) }

  private static func missing(_ operation: String, _ path: String) -> APIFailure {
    APIFailure(
      422, "Invalid", "the server rejected our request due to an error in our request", details: Node(.object(Object()))
    )
  }

  private static func segments(_ pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { segment in
      var text = ""
      var escaped = false
      for character in segment {
        if escaped {
          text.append(character == "1" ? "/" : "~")
          escaped = false
        } else if character == "~" {
          escaped = true
        } else {
          text.append(character)
        }
      }
      return text
    }
  }

  private static func get(_ node: Node, _ path: ArraySlice<String>) -> Node? {
    guard let first = path.first else { return node }
    let child: Node? = node.array == nil ? node[first] : Int(first).flatMap { node[$0] }
    return child.flatMap { get($0, path.dropFirst()) }
  }

  private static func set(
    _ node: inout Node, _ path: ArraySlice<String>, _ value: Node, _ whole: String, inserting: Bool
  ) throws(APIFailure) {
    guard let first = path.first else {
      node = value
      return
    }
    if var elements = node.array {
      let index = first == "-" ? elements.count : Int(first) ?? -1
      if path.count == 1 {
        guard index >= 0, index <= elements.count, inserting || index < elements.count else {
          throw missing("add", whole)
        }
        if inserting { elements.insert(value, at: index) } else { elements[index] = value }
      } else {
        guard elements.indices.contains(index) else { throw missing("add", whole) }
        try set(&elements[index], path.dropFirst(), value, whole, inserting: inserting)
      }
      node = Node(.array(elements))
      return
    }
    guard node.object != nil else { throw missing("add", whole) }
    if path.count == 1 {
      node[first] = value
    } else {
      guard var child = node[first] else { throw missing("add", whole) }
      try set(&child, path.dropFirst(), value, whole, inserting: inserting)
      node[first] = child
    }
  }

  private static func remove(_ node: inout Node, _ path: ArraySlice<String>, _ whole: String, _ operation: String)
    throws(APIFailure)
  {
    guard let first = path.first else { throw missing(operation, whole) }
    if var elements = node.array {
      guard let index = Int(first), elements.indices.contains(index) else { throw missing(operation, whole) }
      if path.count == 1 {
        elements.remove(at: index)
      } else {
        try remove(&elements[index], path.dropFirst(), whole, operation)
      }
      node = Node(.array(elements))
      return
    }
    guard var child = node[first] else { throw missing(operation, whole) }
    if path.count == 1 {
      node[first] = nil
    } else {
      try remove(&child, path.dropFirst(), whole, operation)
      node[first] = child
    }
  }
}
