import Foundation

/// Repeated measurements of one thing: wall time of each, processor time of all.
struct Figure {
  /// What was measured.
  let name: String
  /// Wall times in milliseconds, in the order they were taken.
  private(set) var wall: [Double] = []
  /// Processor time of the whole process over all measurements, in milliseconds; nil where the work is another process's.
  private(set) var processor: Double?
  /// What was counted beside time.
  var counted = ""

  init(_ name: String) { self.name = name }

  /// Adds a wall time.
  mutating func add(_ duration: Duration) { wall.append(duration / .milliseconds(1)) }

  /// Runs `body` a number of times after one that is not counted, each on an input made outside the measured time.
  static func measure<Input>(
    _ name: String, times: Int, input: () throws -> Input, _ body: (Input) throws -> Void
  ) rethrows -> Figure {
    var figure = Figure(name)
    try body(try input())
    var processor = 0.0
    for _ in 0..<times {
      let given = try input()
      let cpu = processorMilliseconds()
      let begun = ContinuousClock.now
      try body(given)
      figure.add(begun.duration(to: .now))
      processor += processorMilliseconds() - cpu
    }
    figure.processor = processor
    return figure
  }

  /// The value below which a share of the measurements lies (nearest rank).
  func percentile(_ share: Double) -> Double {
    let sorted = wall.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
  }

  /// Writes the figure: name, measurements, median, p99, least and most wall time, mean processor time (all in
  /// milliseconds), what was counted.
  func write() {
    let times = [percentile(0.5), percentile(0.99), percentile(0), percentile(1)].map(Self.text)
    let mean = processor.map { Self.text($0 / Double(max(1, wall.count))) } ?? "-"
    print(([name, String(wall.count)] + times + [mean, counted]).joined(separator: "\t"))
    fflush(nil)
  }

  /// The names of the columns.
  static func writeHeader() {
    print("figure\tn\tmedian ms\tp99 ms\tmin ms\tmax ms\tcpu ms\tcounted")
  }

  /// A number with three places that matter.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "-" }
    return String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value)
  }

  private static func processorMilliseconds() -> Double {
    // A million a second, says POSIX.
    Double(clock()) / 1e3
  }
}
