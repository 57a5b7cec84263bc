/// What happened in a simulation: a hash over all of it, and its last entries for people.
struct Trace {
  /// One happening; the numbers' meaning goes with the kind.
  struct Entry {
    var time: Int64
    var kind: String
    var numbers: (Int64, Int64, Int64)
    var text: String
  }

  static let tailLength = 60
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  private var tail: [Entry] = []
  private var place = 0

  mutating func add(
    _ time: Int64, _ kind: String, _ first: Int64 = 0, _ second: Int64 = 0, _ third: Int64 = 0, text: String = ""
  ) {
    mix(UInt64(bitPattern: time))
    for byte in kind.utf8 { mix(UInt64(byte)) }
    mix(UInt64(bitPattern: first))
    mix(UInt64(bitPattern: second))
    mix(UInt64(bitPattern: third))
    for byte in text.utf8 { mix(UInt64(byte)) }
    let entry = Entry(time: time, kind: kind, numbers: (first, second, third), text: text)
    if tail.count < Self.tailLength {
      tail.append(entry)
    } else {
      tail[place] = entry
    }
    place = (place + 1) % Self.tailLength
  }

  private mutating func mix(_ value: UInt64) {
    hash = (hash ^ value) &* 0x0000_0100_0000_01B3
    hash ^= hash >> 29
  }

  /// The last entries, oldest first, one a line.
  var lines: [String] {
    let ordered = tail.count < Self.tailLength ? tail : Array(tail[place...] + tail[..<place])
    return ordered.map { entry in
      let numbers = "\(entry.numbers.0) \(entry.numbers.1) \(entry.numbers.2)"
      return "\(entry.time) ms  \(entry.kind) \(numbers) \(entry.text)"
    }
  }
}
