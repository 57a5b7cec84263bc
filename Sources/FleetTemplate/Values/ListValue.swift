/// A list of a running template; never changed once made.
final class ListValue {
  /// Go's types of lists.
  enum ElementType: UInt8 {
    case any
    case strings
    case integers
    case lists

    var name: String {
      switch self {
      case .any: "[]interface {}"
      case .strings: "[]string"
      case .integers: "[]int"
      case .lists: "[][]interface {}"
      }
    }
  }

  private enum Storage {
    case parameters([ParameterValue])
    case values([Value])
  }

  private let storage: Storage
  let type: ElementType
  /// Go's nil slice: empty, and `null` in JSON.
  let isNil: Bool
  let depth: Int

  init(parameters: [ParameterValue]) {
    storage = .parameters(parameters)
    type = .any
    isNil = false
    depth = 1
  }

  init(_ values: [Value], type: ElementType = .any, isNil: Bool = false) {
    storage = .values(values)
    self.type = type
    self.isNil = isNil
    var depth = 1
    if type == .any || type == .lists {
      for value in values { depth = max(depth, value.depth + 1) }
    }
    self.depth = depth
  }

  var count: Int {
    switch storage {
    case .parameters(let elements): elements.count
    case .values(let elements): elements.count
    }
  }

  /// The element at a place that exists.
  subscript(index: Int) -> Value {
    switch storage {
    case .parameters(let elements): Value(elements[index])
    case .values(let elements): elements[index]
    }
  }

  var elements: [Value] {
    switch storage {
    case .parameters(let elements): elements.map { Value($0) }
    case .values(let elements): elements
    }
  }
}
