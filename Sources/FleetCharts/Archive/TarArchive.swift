import FleetModel

/// The regular files of a tar archive, as `helm package` makes it: ustar with the extensions of POSIX and GNU for long
/// names (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html). Links and devices are left out, so that
/// nothing of an archive can lead out of it.
struct TarArchive: Sendable {
  /// A file.
  struct File: Sendable {
    var path: String
    var contents: [UInt8]
    /// When it was changed, in seconds.
    var changedAt: Int64
  }

  /// Why an archive is refused.
  struct Problem: Error, Hashable {
    var message: String
  }

  private static let block = 512
  private static let limitFiles = 10_000

  private(set) var files: [File] = []

  /// Reads an archive.
  ///
  /// - Throws: ``Problem`` for what is damaged or leads out.
  init(_ bytes: [UInt8]) throws(Problem) {
    var offset = 0
    var longName: String?
    while offset + Self.block <= bytes.count {
      let header = bytes[offset..<offset + Self.block]
      if header.allSatisfy({ $0 == 0 }) { return }
      guard Self.hasRightSum(header) else { throw Problem(message: "a header is damaged") }
      let size = try Self.number(header.dropFirst(124).prefix(12))
      offset += Self.block
      guard size >= 0, size <= bytes.count - offset else { throw Problem(message: "it is cut short") }
      let contents = bytes[offset..<offset + size]
      offset += (size + Self.block - 1) / Self.block * Self.block
      switch header[header.startIndex + 156] {
      case UInt8(ascii: "x"): longName = try Self.path(ofExtension: contents) ?? longName
      case UInt8(ascii: "L"): longName = Self.text(contents)
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        let path = longName ?? Self.name(header)
        longName = nil
        guard Self.isInside(path) else { throw Problem(message: "the path \"\(path)\" leads out of it") }
        files.append(
          File(
            path: path, contents: Array(contents), changedAt: Int64(try Self.number(header.dropFirst(136).prefix(12)))))
        guard files.count <= Self.limitFiles else { throw Problem(message: "it has over \(Self.limitFiles) files") }
      case UInt8(ascii: "g"): break
      default: longName = nil
      }
    }
  }

  private static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && !path.contains("\\")
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }

  /// The sum of all bytes, with blanks in its own place.
  private static func hasRightSum(_ header: ArraySlice<UInt8>) -> Bool {
    var sum = 0
    for (index, byte) in header.enumerated() { sum += (148..<156).contains(index) ? 32 : Int(byte) }
    return (try? number(header.dropFirst(148).prefix(8))) == sum
  }

  /// An octal number, or one in base 256 where the first bit is set.
  private static func number(_ field: ArraySlice<UInt8>) throws(Problem) -> Int {
    var value = 0
    if let first = field.first, first & 0x80 != 0 {
      for byte in [first & 0x7F] + field.dropFirst() {
        guard value < 1 << 54 else { throw Problem(message: "a number is too large") }
        value = value << 8 | Int(byte)
      }
      return value
    }
    for byte in field where byte != 0 && byte != 32 {
      guard (48...55).contains(byte) else { throw Problem(message: "a number is damaged") }
      value = value << 3 | Int(byte - 48)
    }
    return value
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func name(_ header: ArraySlice<UInt8>) -> String {
    let name = text(header.prefix(100))
    let isStandard = text(header.dropFirst(257).prefix(5)) == "ustar"
    let prefix = isStandard ? text(header.dropFirst(345).prefix(155)) : ""
    return prefix.isEmpty ? name : prefix + "/" + name
  }

  /// The path among the records `LENGTH KEY=VALUE\n` of an extended header.
  private static func path(ofExtension records: ArraySlice<UInt8>) throws(Problem) -> String? {
    var rest = records
    var path: String?
    while !rest.isEmpty {
      let digits = rest.prefix { $0 != 32 }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1, length <= rest.count
      else { throw Problem(message: "an extended header is damaged") }
      let record = String(decoding: rest.prefix(length).dropFirst(digits.count + 1).dropLast(), as: UTF8.self)
      if record.hasPrefix("path=") { path = String(record.dropFirst(5)) }
      if record.hasPrefix("size=") { throw Problem(message: "it has a file that is too large") }
      rest = rest.dropFirst(length)
    }
    return path
  }
}
