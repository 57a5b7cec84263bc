import FleetAPI

/// Finds the route of a method and path.
struct RouteMatcher: Sendable {
  /// What was found.
  enum Match {
    /// A route with its parameters.
    case route(Route, [String: String])
    /// The path exists with other methods.
    case otherMethods([Route.Method])
    /// No such path.
    case none
  }

  private struct Entry {
    var route: Route
    var parts: [Substring]
  }

  private let byCount: [Int: [Entry]]

  /// Makes a matcher; of two routes that fit, the one with the earlier literal part wins.
  init(_ routes: [Route]) {
    var byCount: [Int: [Entry]] = [:]
    for route in routes {
      let parts = route.path.split(separator: "/")
      byCount[parts.count, default: []].append(Entry(route: route, parts: parts))
    }
    self.byCount = byCount.mapValues { entries in
      entries.sorted { left, right in
        let (l, r) = (left.parts.map { $0.hasPrefix("{") }, right.parts.map { $0.hasPrefix("{") })
        return l.lexicographicallyPrecedes(r) { !$0 && $1 }
      }
    }
  }

  /// Finds the route; parts of the path are percent-decoded one by one, so that a name may hold a slash.
  func match(method: String, path: String) -> Match {
    let parts = path.split(separator: "/")
    var others: [Route.Method] = []
    for entry in byCount[parts.count] ?? [] {
      guard let parameters = Self.parameters(of: entry.parts, in: parts) else { continue }
      if entry.route.method.rawValue == method { return .route(entry.route, parameters) }
      others.append(entry.route.method)
    }
    return others.isEmpty ? .none : .otherMethods(others)
  }

  private static func parameters(of pattern: [Substring], in parts: [Substring]) -> [String: String]? {
    var result: [String: String] = [:]
    for (expected, part) in zip(pattern, parts) {
      if expected.hasPrefix("{") {
        guard let text = PercentDecoding.text(part), !text.isEmpty else { return nil }
        result[String(expected.dropFirst().dropLast())] = text
      } else if expected != part {
        return nil
      }
    }
    return result
  }
}

/// Percent-encoding as RFC 3986 has it; `+` stays a plus sign.
enum PercentDecoding {
  /// The decoded text; nil when an escape is broken, the bytes are not UTF-8, or there is a NUL in it, which PostgreSQL
  /// cannot store.
  static func text(_ encoded: Substring) -> String? {
    var result: [UInt8] = []
    var bytes = encoded.utf8.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = bytes.next().flatMap(hexadecimal), let low = bytes.next().flatMap(hexadecimal) else {
        return nil
      }
      result.append(high << 4 | low)
    }
    guard !result.contains(0) else { return nil }
    return String(validating: result, as: UTF8.self)
  }

  /// The parameters of a query; a part that cannot be decoded is left out.
  static func query(_ query: String) -> [String: String] {
    var result: [String: String] = [:]
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = text(parts[0]), let value = text(parts.count > 1 ? parts[1] : "") else { continue }
      result[name] = value
    }
    return result
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
