/// Floating point numbers as Go's `strconv` writes them. Only the digits are found in a way of our own: exactly, from the
/// binary value, or the shortest that Swift finds too.
enum DecimalText {
  /// Decimal digits without sign, and how many of them stand before the point.
  struct Digits {
    var digits: [UInt8]
    var point: Int

    /// Keeps `count` digits, rounding half to even on the exact value.
    mutating func round(to count: Int) {
      guard count < digits.count else { return }
      guard count >= 0 else {
        digits = []
        point = 0
        return
      }
      let next = digits[count]
      let isExactlyHalf = next == 5 && !digits[(count + 1)...].contains { $0 != 0 }
      let roundsUp = isExactlyHalf ? count > 0 && digits[count - 1] % 2 == 1 : next >= 5
      digits.removeSubrange(count...)
      guard roundsUp else { return trim() }
      while let last = digits.last, last == 9 { digits.removeLast() }
      if digits.isEmpty {
        digits = [1]
        point += 1
      } else {
        digits[digits.count - 1] += 1
      }
    }

    mutating func trim() {
      while digits.last == 0 { digits.removeLast() }
      if digits.isEmpty { point = 0 }
    }

    func digit(_ index: Int) -> UInt8 { 48 + (digits.indices.contains(index) ? digits[index] : 0) }
  }

  /// - Parameters:
  ///   - verb: one of e E f g G b x X.
  ///   - precision: digits after the point (significant ones for g); nil for as many as are needed to read it back.
  static func text(_ number: Double, verb: UInt8, precision: Int?) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    let sign = number.sign == .minus ? "-" : ""
    switch verb {
    case UInt8(ascii: "b"): return sign + binary(number)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      let text = sign + hexadecimal(number, precision: precision)
      return verb == UInt8(ascii: "x") ? text : text.uppercased()
    default: return sign + decimal(number, verb: verb, precision: precision)
    }
  }

  private static func decimal(_ number: Double, verb: UInt8, precision: Int?) -> String {
    var digits = precision == nil ? shortest(number) : exact(number)
    var precision = precision ?? -1
    let isShortest = precision < 0
    switch verb {
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      if isShortest { precision = max(digits.digits.count - 1, 0) } else { digits.round(to: precision + 1) }
      return exponential(digits, precision: precision, letter: verb)
    case UInt8(ascii: "f"):
      if isShortest {
        precision = max(digits.digits.count - digits.point, 0)
      } else {
        digits.round(to: digits.point + precision)
      }
      return fixed(digits, precision: precision)
    default:
      if !isShortest {
        precision = max(precision, 1)
        digits.round(to: precision)
      }
      // As in Go: %e for small and large exponents; what is large depends on the digits that were asked for.
      var threshold = isShortest ? 6 : precision
      if !isShortest, threshold > digits.digits.count, digits.digits.count >= digits.point {
        threshold = digits.digits.count
      }
      let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
      let letter = verb == UInt8(ascii: "G") ? UInt8(ascii: "E") : UInt8(ascii: "e")
      if exponent < -4 || exponent >= threshold, !digits.digits.isEmpty {
        return exponential(digits, precision: max(digits.digits.count - 1, 0), letter: letter)
      }
      return fixed(digits, precision: max(digits.digits.count - digits.point, 0))
    }
  }

  private static func exponential(_ digits: Digits, precision: Int, letter: UInt8) -> String {
    var bytes = [digits.digit(0)]
    if precision > 0 {
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: (1...precision).map { digits.digit($0) })
    }
    let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
    let magnitude = String(exponent.magnitude)
    return String(decoding: bytes, as: UTF8.self) + String(decoding: [letter], as: UTF8.self)
      + (exponent < 0 ? "-" : "+") + (magnitude.count < 2 ? "0" : "") + magnitude
  }

  private static func fixed(_ digits: Digits, precision: Int) -> String {
    var bytes: [UInt8] = []
    if digits.point > 0 {
      bytes.append(contentsOf: (0..<digits.point).map { digits.digit($0) })
    } else {
      bytes.append(48)
    }
    if precision > 0 {
      bytes.append(UInt8(ascii: "."))
      bytes.append(contentsOf: (0..<precision).map { digits.point + $0 < 0 ? 48 : digits.digit(digits.point + $0) })
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Digits

  /// The fewest digits that read back as the number.
  static func shortest(_ number: Double) -> Digits {
    guard number != 0 else { return Digits(digits: [], point: 0) }
    let parts = number.magnitude.description.split(separator: "e", maxSplits: 1)
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = Array(mantissa[0].utf8)
    var digits = (whole + (mantissa.count > 1 ? Array(mantissa[1].utf8) : [])).map { $0 &- 48 }
    var point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point -= zeros
    var result = Digits(digits: digits, point: point)
    result.trim()
    return result
  }

  /// All digits of the exact value.
  static func exact(_ number: Double) -> Digits {
    guard number != 0 else { return Digits(digits: [], point: 0) }
    var whole = BigDecimal.Magnitude(number.significandBits)
    let exponent = number.binaryExponentOfLastBit
    if exponent >= 0 {
      whole.shiftLeft(exponent)
    } else {
      // m / 2^k is m·5^k / 10^k.
      for _ in 0..<(-exponent) { whole.multiply(by: 5) }
    }
    let digits = whole.digits
    var result = Digits(digits: digits, point: digits.count + min(exponent, 0))
    result.trim()
    return result
  }

  // MARK: Binary forms

  private static func binary(_ number: Double) -> String {
    let exponent = number.binaryExponentOfLastBit
    return "\(number.significandBits)p\(exponent < 0 ? "" : "+")\(exponent)"
  }

  private static func hexadecimal(_ number: Double, precision: Int?) -> String {
    var mantissa = number.significandBits
    var exponent = number == 0 ? 0 : number.binaryExponentOfLastBit
    // One digit before the point, 60 bits of fraction.
    while mantissa != 0, mantissa & (1 << 60) == 0 {
      mantissa <<= 1
      exponent -= 1
    }
    if mantissa != 0 { exponent += 60 }
    if let precision, precision >= 0, precision < 15 {
      let shift = UInt64(60 - precision * 4)
      let extra = (mantissa << (64 - shift))
      mantissa >>= shift
      if extra > 1 << 63 || (extra == 1 << 63 && mantissa & 1 == 1) { mantissa += 1 }
      mantissa <<= shift
      if mantissa & (1 << 61) != 0 {
        mantissa >>= 1
        exponent += 1
      }
    }
    var fraction = ""
    var rest = mantissa << 4
    while rest != 0 {
      fraction += String(rest >> 60, radix: 16)
      rest <<= 4
    }
    if let precision, precision > fraction.count {
      fraction += String(repeating: "0", count: precision - fraction.count)
    }
    let magnitude = String(exponent.magnitude)
    return "0x\(mantissa >> 60)" + (fraction.isEmpty ? "" : "." + fraction) + "p" + (exponent < 0 ? "-" : "+")
      + (magnitude.count < 2 ? "0" : "") + magnitude
  }
}

extension Double {
  /// The significand as a whole number.
  fileprivate var significandBits: UInt64 {
    exponentBitPattern == 0 ? significandBitPattern : significandBitPattern | 1 << 52
  }

  /// The power of two of the significand's last bit.
  fileprivate var binaryExponentOfLastBit: Int { Int(max(exponentBitPattern, 1)) - 1_075 }
}
