/// Whether an agent holds, on its own clock.
struct HoldState: Sendable {
  /// What somebody on the site asked for.
  var mark: HoldMark?
  /// How long that may last, until the controller says otherwise.
  var longest: Duration = .seconds(86_400)
  /// The mark that is in force, and when it ends; nil while there is none.
  private(set) var current: (mark: HoldMark, until: Duration)?

  /// Takes in the mark and the time.
  ///
  /// - Returns: whether anything changed.
  mutating func update(now: Duration) -> Bool {
    let before = current?.mark
    guard let mark else {
      current = nil
      return before != nil
    }
    let remaining = mark.remaining(longest: longest)
    current = remaining > .zero ? (mark, now + remaining) : nil
    return current?.mark != before
  }
}
