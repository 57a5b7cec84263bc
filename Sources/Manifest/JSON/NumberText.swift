/// How decimals are written: the shortest digits that read back the same, laid out as Go does, which Kubernetes is
/// written in.
enum NumberText {
  /// As Go's encoding/json: plain digits from 1e-6 to below 1e21, else an exponent without padding.
  static func json(_ number: Double) -> String {
    let parts = Parts(number)
    guard parts.isNonzero, parts.exponent < -6 || parts.exponent >= 21 else { return parts.plain }
    return parts.scientific(exponentDigits: 1)
  }

  /// As Go's `strconv` format `g`, which sigs.k8s.io/yaml uses: an exponent of two digits below 1e-4 and from 1e6 on.
  static func yaml(_ number: Double) -> String {
    let parts = Parts(number)
    guard parts.isNonzero, parts.exponent < -4 || parts.exponent >= 6 else { return parts.plain }
    // Go's YAML writer sees the JSON text again, where a whole number up to 64 bits without a sign is an integer.
    if UInt64(parts.plain) != nil, parts.exponent < 21 { return parts.plain }
    return parts.scientific(exponentDigits: 2)
  }

  /// As Go's `strconv` format `g`: an exponent of two digits below 1e-4 and from 1e6 on.
  static func go(_ number: Double) -> String {
    let parts = Parts(number)
    guard parts.isNonzero, parts.exponent < -4 || parts.exponent >= 6 else { return parts.plain }
    return parts.scientific(exponentDigits: 2)
  }

  /// A number as sign, significant digits without zeros at either end, and the power of ten of the first one.
  private struct Parts {
    var sign = ""
    var digits: [Character] = []
    var exponent = 0

    /// Takes apart Swift's own shortest text, for example `-12.5`, `5e-324` or `1e+16`.
    init(_ number: Double) {
      var beforePoint = 0
      var seenPoint = false
      var power = ""
      var inPower = false
      for character in number.description {
        switch character {
        case "-" where !inPower: sign = "-"
        case "e": inPower = true
        case ".": seenPoint = true
        case _ where inPower: power.append(character)
        default:
          digits.append(character)
          if !seenPoint { beforePoint += 1 }
        }
      }
      exponent = beforePoint - 1 + (Int(power) ?? 0)
      let leadingZeros = digits.prefix { $0 == "0" }.count
      digits.removeFirst(leadingZeros)
      exponent -= leadingZeros
      while digits.last == "0" { digits.removeLast() }
    }

    var isNonzero: Bool { !digits.isEmpty }

    var plain: String {
      guard isNonzero else { return sign + "0" }
      if exponent < 0 {
        return sign + "0." + String(repeating: "0", count: -exponent - 1) + String(digits)
      }
      let whole = digits.prefix(exponent + 1)
      let padding = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
      let fraction = digits.dropFirst(exponent + 1)
      return sign + String(whole) + padding + (fraction.isEmpty ? "" : "." + String(fraction))
    }

    func scientific(exponentDigits: Int) -> String {
      let fraction = digits.dropFirst()
      let power = String(exponent.magnitude)
      let padding = String(repeating: "0", count: max(0, exponentDigits - power.count))
      return sign + String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + String(fraction)) + "e"
        + (exponent < 0 ? "-" : "+") + padding + power
    }
  }
}
