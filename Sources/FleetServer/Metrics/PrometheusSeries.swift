import CoreMetrics
import Synchronization

/// A value that only rises.
final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler, Sendable {
  private let state = Mutex(0.0)

  var value: Double { state.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  func increment(by amount: Double) { state.withLock { $0 += max(0, amount) } }

  func reset() { state.withLock { $0 = 0 } }
}

/// A value that goes up and down.
final class PrometheusGauge: MeterHandler, RecorderHandler, Sendable {
  private let state = Mutex(0.0)

  var value: Double { state.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }

  func set(_ value: Double) { state.withLock { $0 = value } }

  func increment(by amount: Double) { state.withLock { $0 += amount } }

  func decrement(by amount: Double) { state.withLock { $0 -= amount } }

  func record(_ value: Int64) { set(Double(value)) }

  func record(_ value: Double) { set(value) }
}

/// A distribution in fixed buckets.
final class PrometheusHistogram: TimerHandler, RecorderHandler, Sendable {
  /// From a millisecond to half a minute: the longest poll is 30 seconds.
  static let seconds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  /// Powers of ten.
  static let sizes: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]

  private struct State {
    var counts: [UInt64]
    var sum = 0.0
    var count: UInt64 = 0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count)))
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  func preferDisplayUnit(_ unit: TimeUnit) {}

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 }
    state.withLock { state in
      if let bucket { state.counts[bucket] += 1 }
      state.sum += value
      state.count += 1
    }
  }

  func lines(name: String, labels: [String]) -> [String] {
    let state = state.withLock { $0 }
    var total: UInt64 = 0
    var lines: [String] = []
    for (bound, count) in zip(bounds, state.counts) {
      total += count
      let label = PrometheusText.label("le", PrometheusText.number(bound))
      lines.append(PrometheusText.sample(name + "_bucket", labels + [label], String(total)))
    }
    lines.append(PrometheusText.sample(name + "_bucket", labels + ["le=\"+Inf\""], String(state.count)))
    lines.append(PrometheusText.sample(name + "_sum", labels, PrometheusText.number(state.sum)))
    lines.append(PrometheusText.sample(name + "_count", labels, String(state.count)))
    return lines
  }
}

/// How Prometheus' text format writes things.
enum PrometheusText {
  /// A metric's name: other characters than letters, digits, `_` and `:` become `_`.
  static func name(_ text: String) -> String {
    let clean = String(
      text.map { character in
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ":")
          ? character : "_"
      })
    return clean.first?.isNumber == true ? "_" + clean : clean
  }

  /// `name="value"` with the value escaped.
  static func label(_ name: String, _ value: String) -> String {
    var escaped = ""
    for character in value {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
    return "\(self.name(name))=\"\(escaped)\""
  }

  /// One line.
  static func sample(_ name: String, _ labels: [String], _ value: String) -> String {
    labels.isEmpty ? "\(name) \(value)" : "\(name){\(labels.joined(separator: ","))} \(value)"
  }

  /// A number; whole ones without a fraction.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
