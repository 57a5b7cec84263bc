extension TimeZoneRules {
  /// Reads a compiled zone file (RFC 8536, version 2 or later); nil when the bytes are none.
  ///
  /// - Parameters:
  ///   - name: the zone's name.
  ///   - bytes: the file, for example `/usr/share/zoneinfo/Europe/Berlin`.
  public init?(name: String, bytes: [UInt8]) {
    var reader = ZoneFileReader(bytes: bytes)
    guard let first = reader.header(), first.version >= UInt8(ascii: "2") else { return nil }
    reader.place += first.size(ofTimes: 4)
    guard let header = reader.header(), header.typeCount > 0,
      bytes.count - reader.place >= header.size(ofTimes: 8)
    else { return nil }
    let times = (0..<header.timeCount).map { _ in reader.integer(8) }
    let types = (0..<header.timeCount).map { _ in Int(reader.integer(1) & 0xFF) }
    let offsets = (0..<header.typeCount).map { _ -> Int64 in
      let offset = reader.integer(4)
      reader.place += 2
      return offset
    }
    guard types.allSatisfy(offsets.indices.contains), offsets.allSatisfy({ abs($0) < 36 * 3_600 }),
      zip(times, times.dropFirst()).allSatisfy(<)
    else { return nil }
    reader.place += header.restSize
    self.init(
      name: name, offset: offsets[0],
      transitions: zip(times, types).map { Transition(at: $0, offset: offsets[$1]) })
    guard let footer = reader.footer() else { return nil }
    guard !footer.isEmpty else { return }
    guard let yearly = YearlyOffsets(footer) else { return nil }
    self.yearly = yearly
  }
}

private struct ZoneFileReader {
  struct Header {
    var version: UInt8
    var restCounts: (utc: Int, standard: Int, leap: Int)
    var timeCount: Int
    var typeCount: Int
    var characterCount: Int

    /// Bytes of the block behind the header.
    func size(ofTimes width: Int) -> Int {
      timeCount * (width + 1) + typeCount * 6 + characterCount + restCounts.leap * (width + 4) + restCounts.standard
        + restCounts.utc
    }

    /// Bytes behind the types in a block with times of eight bytes.
    var restSize: Int { characterCount + restCounts.leap * 12 + restCounts.standard + restCounts.utc }
  }

  let bytes: [UInt8]
  var place = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func header() -> Header? {
    guard bytes.count - place >= 44, bytes[place..<(place + 4)].elementsEqual("TZif".utf8) else { return nil }
    let version = bytes[place + 4]
    place += 20
    let counts = (0..<6).map { _ in Int(integer(4)) }
    guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
    return Header(
      version: version, restCounts: (counts[0], counts[1], counts[2]), timeCount: counts[3], typeCount: counts[4],
      characterCount: counts[5])
  }

  /// A signed number of so many bytes, which are there.
  mutating func integer(_ width: Int) -> Int64 {
    var value: Int64 = bytes[place] & 0x80 == 0 ? 0 : -1
    for byte in bytes[place..<(place + width)] { value = value << 8 | Int64(byte) }
    place += width
    return value
  }

  /// The text between the two line ends that close the file.
  func footer() -> String? {
    guard place < bytes.count, bytes[place] == 0x0A, let end = bytes[(place + 1)...].firstIndex(of: 0x0A) else {
      return nil
    }
    return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
  }
}
