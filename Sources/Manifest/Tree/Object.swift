/// Values by key in the order they were written. Equality ignores the order.
///
/// Most objects of manifests have few keys and are searched one by one; a large one keeps an index beside its entries.
public struct Object: Sendable {
  /// One key with its value.
  public struct Entry: Sendable {
    /// The key.
    public var key: String
    /// Where the key was read.
    public var keyPosition: Position?
    /// The value.
    public var value: Node

    /// Makes an entry.
    public init(key: String, keyPosition: Position? = nil, value: Node) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  /// The entries in the order written; keys are unique.
  public private(set) var entries: [Entry]

  /// Where each key stands in `entries`; nil while there are at most `largestWithoutIndex` of them.
  private var index: [BytewiseText: Int]?

  /// Searching so few short keys one by one is faster than hashing one.
  private static let largestWithoutIndex = 16

  /// Makes an empty object.
  public init() { entries = [] }

  /// Makes an object of entries; of equal keys the last value stays, at the first one's place.
  public init(entries: some Sequence<Entry>) {
    self.entries = []
    for entry in entries { set(entry) }
  }

  /// The keys in the order written.
  public var keys: [String] { entries.map(\.key) }

  /// Whether there is no entry.
  public var isEmpty: Bool { entries.isEmpty }

  /// The number of entries.
  public var count: Int { entries.count }

  /// The value of a key. Setting nil removes the key; a new key goes to the end.
  public subscript(key: String) -> Node? {
    get { place(of: key).map { entries[$0].value } }
    set {
      guard let newValue else {
        remove(key)
        return
      }
      set(Entry(key: key, value: newValue))
    }
  }

  /// The entry of a key, for its position.
  public func entry(_ key: String) -> Entry? { place(of: key).map { entries[$0] } }

  /// Where a key was read; nil for one that is not there, or was not read.
  func keyPosition(_ key: String) -> Position? { place(of: key).flatMap { entries[$0].keyPosition } }

  /// Replaces every value, keeping keys and their places.
  public func mapValues(_ transform: (Node) -> Node) -> Object {
    var changed = self
    for place in entries.indices { changed.entries[place].value = transform(entries[place].value) }
    return changed
  }

  /// The entries with keys in bytewise order.
  public var sortedEntries: [Entry] {
    var place = 1
    while place < entries.count, precedesBytewise(entries[place - 1].key, entries[place].key) { place += 1 }
    // Tools write keys in order.
    return place >= entries.count ? entries : entries.sorted { precedesBytewise($0.key, $1.key) }
  }

  /// Makes room for entries that are added.
  mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  /// Adds an entry unless its key is there; returns whether it was added.
  mutating func append(_ entry: Entry) -> Bool {
    guard place(of: entry.key) == nil else { return false }
    entries.append(entry)
    if index != nil {
      index?[BytewiseText(text: entry.key)] = entries.count - 1
    } else if entries.count > Self.largestWithoutIndex {
      rebuildIndex()
    }
    return true
  }

  private func place(of key: String) -> Int? {
    if let index { return index[BytewiseText(text: key)] }
    return entries.firstIndex { sameBytes($0.key, key) }
  }

  private mutating func set(_ entry: Entry) {
    if let place = place(of: entry.key) {
      entries[place].value = entry.value
    } else {
      _ = append(entry)
    }
  }

  private mutating func remove(_ key: String) {
    guard let place = place(of: key) else { return }
    entries.remove(at: place)
    rebuildIndex()
  }

  private mutating func rebuildIndex() {
    guard entries.count > Self.largestWithoutIndex else {
      index = nil
      return
    }
    var places: [BytewiseText: Int] = [:]
    places.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() { places[BytewiseText(text: entry.key)] = place }
    index = places
  }
}

extension Object: Hashable {
  /// Compares keys and values, not their order.
  public static func == (left: Object, right: Object) -> Bool {
    left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  /// Hashes keys and values independent of their order.
  public func hash(into hasher: inout Hasher) {
    for entry in sortedEntries {
      hasher.combine(entry.key)
      hasher.combine(entry.value)
    }
  }
}
