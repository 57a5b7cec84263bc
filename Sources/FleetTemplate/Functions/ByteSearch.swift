/// Finds texts in texts in linear time (Knuth, Morris, Pratt), whatever they are.
struct ByteSearch {
  private let part: [UInt8]
  /// For every beginning of the part, the length of its longest end that is a beginning too.
  private let borders: [Int]

  init(_ part: [UInt8]) {
    self.part = part
    var borders = [Int](repeating: 0, count: part.count)
    var length = 0
    for index in part.indices.dropFirst() {
      while length > 0, part[index] != part[length] { length = borders[length - 1] }
      if part[index] == part[length] { length += 1 }
      borders[index] = length
    }
    self.borders = borders
  }

  /// Where the part stands first at or after a place; nil when it does not. An empty part stands everywhere.
  func first(in whole: [UInt8], from start: Int = 0) -> Int? {
    if part.isEmpty { return start }
    var length = 0
    var index = start
    while index < whole.count {
      while length > 0, whole[index] != part[length] { length = borders[length - 1] }
      if whole[index] == part[length] { length += 1 }
      index += 1
      if length == part.count { return index - length }
    }
    return nil
  }

  /// Go's `strings.SplitN`: at most `limit` pieces, all when it is negative.
  static func split(_ whole: [UInt8], by separator: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
    if limit == 0 { return [] }
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    if separator.isEmpty {
      while start < whole.count, limit < 0 || pieces.count < limit - 1 {
        let width = Runes.decode(whole, at: start).1
        pieces.append(whole[start..<start + width])
        start += width
      }
      if start < whole.count { pieces.append(whole[start...]) }
      return pieces
    }
    let search = ByteSearch(separator)
    while limit < 0 || pieces.count < limit - 1, let place = search.first(in: whole, from: start) {
      pieces.append(whole[start..<place])
      start = place + separator.count
    }
    return pieces + [whole[start...]]
  }
}
