public import Manifest

/// A field of ours that another manager has set to something else.
public struct FieldConflict: Hashable, Sendable {
  /// The field as the server writes it, for example `.spec.template.spec.containers[name="web"].image`.
  public var field: String
  /// Who set it, for example `kubectl-edit`; empty when the server does not say.
  public var manager: String

  /// Makes a conflict.
  public init(field: String, manager: String) {
    self.field = field
    self.manager = manager
  }

  /// Reads a cause of a 409: `conflict with "kubectl-edit" using v1`.
  public init(field: String, message: String) {
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    self.init(field: field, manager: parts.count > 2 ? String(parts[1]) : "")
  }

  /// Whether a refusal is about a field that cannot change any more (kube-facts 062, 063, 065).
  public static func isImmutable(cause message: String) -> Bool {
    [
      "field is immutable", "is immutable after", "cannot change roleRef", "may not change once set",
      "updates to statefulset spec for fields other than", "pod updates may not change fields other than",
    ].contains { message.contains($0) }
  }
}

extension Node {
  /// The document without the fields of conflicts; a field that is not found stays.
  public func without(_ conflicts: [FieldConflict]) -> Node {
    conflicts.reduce(self) { document, conflict in document.removing(conflict.field[...]) ?? document }
  }

  /// Nil when the path leads nowhere. Keys may have dots in them, so that every key of the map that fits is tried, the
  /// longest first.
  private func removing(_ path: Substring) -> Node? {
    if path.first == "." { return removingKey(path.dropFirst()) }
    guard path.first == "[", let end = Self.closing(path) else { return nil }
    let rest = path[path.index(after: end)...]
    guard var items = array, let index = Self.index(of: path[path.index(after: path.startIndex)..<end], in: items)
    else { return nil }
    if rest.isEmpty {
      items.remove(at: index)
    } else {
      guard let changed = items[index].removing(rest) else { return nil }
      items[index] = changed
    }
    return Node(.array(items))
  }

  private func removingKey(_ path: Substring) -> Node? {
    let keys = (object?.keys ?? []).filter { path.hasPrefix($0) }.sorted { $0.utf8.count > $1.utf8.count }
    for key in keys {
      let rest = path.dropFirst(key.count)
      var copy = self
      if rest.isEmpty {
        copy[key] = nil
        return copy
      }
      guard rest.first == "." || rest.first == "[", let changed = self[key]?.removing(rest) else { continue }
      copy[key] = changed
      return copy
    }
    return nil
  }

  /// The bracket that ends `[name="a]b"]`.
  private static func closing(_ path: Substring) -> Substring.Index? {
    var isQuoted = false
    var isEscaped = false
    for index in path.indices {
      let character = path[index]
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == "]", !isQuoted {
        return index
      }
    }
    return nil
  }

  /// The element that `name="web"`, `containerPort=80,protocol="TCP"`, `="value"` or `3` means.
  private static func index(of step: Substring, in items: [Node]) -> Int? {
    if let index = Int(step) { return items.indices.contains(index) ? index : nil }
    if step.first == "=" {
      guard let value = try? JSON.parse(Array(step.dropFirst().utf8)) else { return nil }
      return items.firstIndex(of: value)
    }
    return items.firstIndex { item in
      step.split(separator: ",").allSatisfy { part in
        guard let equals = part.firstIndex(of: "="),
          let value = try? JSON.parse(Array(part[part.index(after: equals)...].utf8))
        else { return false }
        // A key that the document leaves out has its default, which only the server knows.
        return item[String(part[..<equals])].map { $0 == value } ?? true
      }
    }
  }
}
