import Foundation

/// What this process takes of memory, in bytes, as Linux counts it.
enum Memory {
  /// Now.
  static var resident: Int { field("VmRSS:") }
  /// The most since it began.
  static var peak: Int { field("VmHWM:") }

  private static func field(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }
}
