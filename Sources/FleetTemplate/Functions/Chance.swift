/// Numbers of chance that are always the same for the same seed: SplitMix64 over the FNV hash of what it is drawn from.
struct Chance {
  private var state: UInt64

  init(seed: String, template: [UInt8]) {
    state = 0xCBF2_9CE4_8422_2325
    for byte in seed.utf8 { mix(byte) }
    mix(0)
    for byte in template { mix(byte) }
  }

  private mutating func mix(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
