import Manifest

/// How one field of an object is merged and owned: the part of a schema that server-side apply and strategic merge
/// need, and no more.
///
/// The rules are those of the exchanges 050-056 and 102: maps by key, lists by their keys, by value or as a whole.
public indirect enum FieldType: Sendable {
  /// A single value, replaced as a whole. Values that turn out to be lists or maps are treated as `.loose`.
  case scalar
  /// A list or map that is replaced and owned as a whole.
  case atomic
  /// A map with named fields.
  case structure(StructureType)
  /// A map with free keys.
  case map(FieldType)
  /// A list of scalars without order, merged by value.
  case set
  /// A list of maps, merged by the values of its keys.
  case keyed(KeyedListType)
  /// A field of a built-in kind which the table does not list: maps have named fields, lists are atomic.
  case loose
  /// A field without any schema: maps have free keys, lists are atomic.
  case untyped
}

/// A map with named fields.
public final class StructureType: Sendable {
  /// The types of the listed fields.
  let fields: [String: FieldType]
  /// Fields that are never absent in the server's own form of the object (they are plain structs there), so that
  /// nobody owns their mere presence.
  let alwaysPresent: Set<String>
  /// The type of fields that are not listed; nil where the schema forbids them.
  let others: FieldType

  init(fields: [String: FieldType], alwaysPresent: Set<String> = [], others: FieldType = .loose) {
    self.fields = fields
    self.alwaysPresent = alwaysPresent
    self.others = others
  }

  func type(of field: String) -> FieldType { fields[field] ?? others }

  /// The fields that an empty object of this type shows.
  var emptyForm: Node {
    var object = Object()
    for field in alwaysPresent.sorted() {
      object[field] = Self.emptyForm(type(of: field))
    }
    return Node(.object(object))
  }

  static func emptyForm(_ type: FieldType) -> Node {
    switch type {
    case .structure(let structure): structure.emptyForm
    case .keyed, .set, .atomic: Node(.null)
    default: Node(.object(Object()))
    }
  }
}

/// A list of maps that merges by keys.
public struct KeyedListType: Sendable {
  /// The key fields in the order of the schema.
  var keys: [String]
  /// What a missing key field means.
  var keyDefaults: [String: Node]
  /// The single key of a strategic merge patch, which knows only one.
  var patchKey: String
  /// The type of one element.
  var element: FieldType
}

extension FieldType {
  /// What the type is for one value: a listed field may hold something else, and unlisted ones say it themselves.
  func resolved(for values: Node?...) -> ResolvedType {
    let value = values.lazy.compactMap { $0 }.first { !$0.isNull }
    switch self {
    case .atomic: return .leaf
    case .structure(let structure): return value == nil || value?.object != nil ? .fields(structure) : .leaf
    case .map(let element): return value == nil || value?.object != nil ? .entries(element) : .leaf
    case .set: return value == nil || value?.array != nil ? .values : .leaf
    case .keyed(let list): return value == nil || value?.array != nil ? .elements(list) : .leaf
    case .scalar, .loose: return value?.object != nil ? .fields(Self.looseStructure) : .leaf
    case .untyped: return value?.object != nil ? .entries(.untyped) : .leaf
    }
  }

  private static let looseStructure = StructureType(fields: [:])
}

/// A type seen together with a value.
enum ResolvedType {
  case leaf
  case fields(StructureType)
  case entries(FieldType)
  case values
  case elements(KeyedListType)

  /// The type of one key of a map.
  func child(_ key: String) -> FieldType {
    switch self {
    case .fields(let structure): structure.type(of: key)
    case .entries(let element): element
    default: .loose
    }
  }

  /// Whether the key is a named field of a structure, not an entry of a map.
  func isNamed(_ key: String) -> Bool {
    if case .fields = self { true } else { false }
  }
}
