/// A decimal number of any length, for arithmetic that keeps what people wrote: 0.1 + 0.2 is 0.3.
struct BigDecimal {
  /// A whole number of any length, nine digits a limb, lowest first.
  struct Magnitude {
    private(set) var limbs: [UInt32] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ number: UInt64) {
      var rest = number
      while rest > 0 {
        limbs.append(UInt32(rest % Self.base))
        rest /= Self.base
      }
    }

    var isZero: Bool { limbs.isEmpty }

    mutating func multiply(by factor: UInt32) {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let product = UInt64(limbs[index]) * UInt64(factor) + carry
        limbs[index] = UInt32(product % Self.base)
        carry = product / Self.base
      }
      while carry > 0 {
        limbs.append(UInt32(carry % Self.base))
        carry /= Self.base
      }
    }

    mutating func shiftLeft(_ bits: Int) {
      for _ in 0..<(bits / 16) { multiply(by: 1 << 16) }
      multiply(by: 1 << UInt32(bits % 16))
    }

    mutating func multiply(by other: Magnitude) {
      var result = [UInt32](repeating: 0, count: limbs.count + other.limbs.count)
      for (index, limb) in limbs.enumerated() {
        var carry: UInt64 = 0
        for (offset, factor) in other.limbs.enumerated() {
          let sum = UInt64(result[index + offset]) + UInt64(limb) * UInt64(factor) + carry
          result[index + offset] = UInt32(sum % Self.base)
          carry = sum / Self.base
        }
        var place = index + other.limbs.count
        while carry > 0 {
          let sum = UInt64(result[place]) + carry
          result[place] = UInt32(sum % Self.base)
          carry = sum / Self.base
          place += 1
        }
      }
      limbs = result
      trim()
    }

    mutating func multiplyByTen(toThe power: Int) {
      limbs.insert(contentsOf: repeatElement(0, count: isZero ? 0 : power / 9), at: 0)
      for _ in 0..<(power % 9) { multiply(by: 10) }
    }

    mutating func add(_ other: Magnitude) {
      var carry: UInt32 = 0
      for index in 0..<max(limbs.count, other.limbs.count) {
        if index == limbs.count { limbs.append(0) }
        let sum = limbs[index] + (index < other.limbs.count ? other.limbs[index] : 0) + carry
        limbs[index] = sum % UInt32(Self.base)
        carry = sum / UInt32(Self.base)
      }
      if carry > 0 { limbs.append(carry) }
    }

    /// Takes away a number that is not larger.
    mutating func subtract(_ other: Magnitude) {
      var borrow: Int64 = 0
      for index in limbs.indices {
        var difference = Int64(limbs[index]) - (index < other.limbs.count ? Int64(other.limbs[index]) : 0) - borrow
        borrow = difference < 0 ? 1 : 0
        if difference < 0 { difference += Int64(Self.base) }
        limbs[index] = UInt32(difference)
      }
      trim()
    }

    /// Divides by a number that is not zero and below 2^63, and returns what remains.
    mutating func divide(by divisor: UInt64) -> UInt64 {
      var remainder: UInt64 = 0
      for index in limbs.indices.reversed() {
        let product = remainder.multipliedFullWidth(by: Self.base)
        let (low, overflow) = product.low.addingReportingOverflow(UInt64(limbs[index]))
        let division = divisor.dividingFullWidth((product.high + (overflow ? 1 : 0), low))
        limbs[index] = UInt32(division.quotient)
        remainder = division.remainder
      }
      trim()
      return remainder
    }

    private mutating func trim() { while limbs.last == 0 { limbs.removeLast() } }

    func isLess(than other: Magnitude) -> Bool {
      guard limbs.count == other.limbs.count else { return limbs.count < other.limbs.count }
      return limbs.reversed().lexicographicallyPrecedes(other.limbs.reversed())
    }

    /// The decimal digits, highest first; none for zero.
    var digits: [UInt8] {
      var result: [UInt8] = []
      for (index, limb) in limbs.reversed().enumerated() {
        let text = String(limb)
        if index > 0 { result.append(contentsOf: repeatElement(0, count: 9 - text.utf8.count)) }
        result.append(contentsOf: text.utf8.map { $0 - 48 })
      }
      return result
    }
  }

  private var isNegative: Bool
  private var magnitude: Magnitude
  private var exponent: Int

  /// The number with the digits that Go and Swift print; 0 for what is not finite.
  init(_ number: Double) {
    let digits = number.isFinite ? DecimalText.shortest(number) : DecimalText.Digits(digits: [], point: 0)
    isNegative = number < 0
    magnitude = Magnitude(digits.digits.reduce(0) { $0 * 10 + UInt64($1) })
    exponent = digits.point - digits.digits.count
  }

  mutating func add(_ other: BigDecimal) {
    var other = other
    let lowest = min(exponent, other.exponent)
    magnitude.multiplyByTen(toThe: exponent - lowest)
    other.magnitude.multiplyByTen(toThe: other.exponent - lowest)
    exponent = lowest
    if isNegative == other.isNegative {
      magnitude.add(other.magnitude)
    } else if magnitude.isLess(than: other.magnitude) {
      other.magnitude.subtract(magnitude)
      self.magnitude = other.magnitude
      isNegative = other.isNegative
    } else {
      magnitude.subtract(other.magnitude)
    }
  }

  mutating func subtract(_ other: BigDecimal) {
    var other = other
    other.isNegative.toggle()
    add(other)
  }

  mutating func multiply(by other: BigDecimal) {
    magnitude.multiply(by: other.magnitude)
    exponent += other.exponent
    isNegative = isNegative != other.isNegative
  }

  /// Divides to 16 places after the point, half away from zero.
  ///
  /// - Parameter divisor: of at most 17 digits, as every `Double` has.
  /// - Returns: false for a division by zero.
  mutating func divide(by divisor: Double) -> Bool {
    let digits = DecimalText.shortest(divisor)
    let whole = digits.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    guard whole > 0 else { return false }
    isNegative = isNegative != (divisor < 0)
    // magnitude·10^exponent / (whole·10^power), wanted in units of 10^-16.
    let shift = exponent - (digits.point - digits.digits.count) + 16
    exponent = -16
    guard shift >= 0 else {
      let cut = magnitude.digits.count + shift
      guard cut >= 0 else {
        magnitude = Magnitude(0)
        return true
      }
      // The divisor grows instead; one digit more than is wanted decides about rounding.
      var rest = -shift
      while rest > 1 {
        _ = magnitude.divide(by: 10)
        rest -= 1
      }
      _ = magnitude.divide(by: whole)
      let last = magnitude.divide(by: 10)
      if last >= 5 { magnitude.add(Magnitude(1)) }
      return true
    }
    magnitude.multiplyByTen(toThe: shift)
    let remainder = magnitude.divide(by: whole)
    if remainder >= whole - remainder { magnitude.add(Magnitude(1)) }
    return true
  }

  /// The nearest number with 53 bits.
  var double: Double {
    let digits = magnitude.digits
    guard !digits.isEmpty else { return 0 }
    let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    return Double("\(isNegative ? "-" : "")\(text)e\(exponent)") ?? 0
  }
}
