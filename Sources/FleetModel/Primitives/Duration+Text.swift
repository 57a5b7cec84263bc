extension Duration {
  /// The duration in whole milliseconds, rounded towards zero.
  public var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
  }

  /// Reads Go's duration syntax as users write it in documents: `90s`, `1h30m`, `1.5h`, `250ms`, `0`.
  ///
  /// Returns nil for anything else, a negative duration and one over 30 days (the limit of every duration of a
  /// rollout strategy).
  public init?(text: String) {
    if text == "0" {
      self = .zero
      return
    }
    var total: Int64 = 0
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unitName = rest.prefix { ("a"..."z").contains($0) }
      rest = rest.dropFirst(unitName.count)
      guard let unit = Self.unitMilliseconds(unitName),
        let part = Self.scaled(decimal: digits, by: unit),
        part <= Self.longestMilliseconds
      else { return nil }
      total += part
      guard total <= Self.longestMilliseconds else { return nil }
    }
    self = .milliseconds(total)
  }

  /// The duration as a person writes it, for example `1h30m`, `45s` or `250ms`; `0s` for none.
  public var text: String {
    var rest = wholeMilliseconds
    guard rest != 0 else { return "0s" }
    var result = rest < 0 ? "-" : ""
    rest = abs(rest)
    for (suffix, unit) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
      let count = rest / unit
      rest %= unit
      if count > 0 { result += "\(count)\(suffix)" }
    }
    return result
  }

  private static let longestMilliseconds: Int64 = 30 * 24 * 3_600_000

  private static func unitMilliseconds(_ name: Substring) -> Int64? {
    switch name {
    case "ms": 1
    case "s": 1_000
    case "m": 60_000
    case "h": 3_600_000
    default: nil
    }
  }

  /// `decimal` × `factor` without floating point; nil when it is not a decimal number or too large.
  private static func scaled(decimal: Substring, by factor: Int64) -> Int64? {
    let parts = decimal.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, !(first.isEmpty && parts.count == 1), first.count <= 12 else { return nil }
    guard let whole = first.isEmpty ? 0 : Int64(first) else { return nil }
    var result = whole * factor
    if parts.count == 2 {
      let fraction = parts[1]
      guard !fraction.isEmpty, fraction.count <= 9, let digits = Int64(fraction) else { return nil }
      var power: Int64 = 1
      for _ in 0..<fraction.count { power *= 10 }
      result += digits * factor / power
    }
    return result
  }
}
