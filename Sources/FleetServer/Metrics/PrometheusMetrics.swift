public import CoreMetrics
import Synchronization

/// A backend of swift-metrics that writes Prometheus' text format, version 0.0.4.
///
/// Counters become counters (`_total`), gauges and meters gauges, timers histograms in seconds, recorders histograms. The
/// program makes one, gives it to `MetricsSystem.bootstrap` and to the server, which serves its text at `/metrics`.
public final class PrometheusMetrics: MetricsFactory, Sendable {
  private struct Key: Hashable {
    var name: String
    var labels: [String]

    init(_ name: String, _ dimensions: [(String, String)]) {
      self.name = PrometheusText.name(name)
      labels = dimensions.map { PrometheusText.label($0.0, $0.1) }.sorted()
    }
  }

  private struct Registry {
    var counters: [Key: PrometheusCounter] = [:]
    var gauges: [Key: PrometheusGauge] = [:]
    var histograms: [Key: PrometheusHistogram] = [:]
    var helps: [String: String] = [:]
  }

  private let registry = Mutex(Registry())

  /// Makes an empty backend.
  public init() {}

  /// Says what a metric is, for the `# HELP` line.
  public func describe(_ name: String, _ help: String) {
    registry.withLock { $0.helps[PrometheusText.name(name)] = help }
  }

  /// Everything in Prometheus' text format, in order of name and labels.
  public func text() -> String {
    let registry = registry.withLock { $0 }
    var families: [String: (type: String, lines: [(String, [String])])] = [:]
    for (key, counter) in registry.counters {
      let name = key.name.hasSuffix("_total") ? key.name : key.name + "_total"
      let line = PrometheusText.sample(name, key.labels, PrometheusText.number(counter.value))
      families[name, default: ("counter", [])].lines.append((key.labels.joined(), [line]))
    }
    for (key, gauge) in registry.gauges {
      let line = PrometheusText.sample(key.name, key.labels, PrometheusText.number(gauge.value))
      families[key.name, default: ("gauge", [])].lines.append((key.labels.joined(), [line]))
    }
    for (key, histogram) in registry.histograms {
      let lines = histogram.lines(name: key.name, labels: key.labels)
      families[key.name, default: ("histogram", [])].lines.append((key.labels.joined(), lines))
    }
    var text = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      let plain = name.hasSuffix("_total") ? String(name.dropLast(6)) : name
      if let help = registry.helps[name] ?? registry.helps[plain] { text += "# HELP \(name) \(help)\n" }
      text += "# TYPE \(name) \(family.type)\n"
      for (_, lines) in family.lines.sorted(by: { $0.0 < $1.0 }) {
        for line in lines { text += line + "\n" }
      }
    }
    return text
  }

  /// Replaces all series of a gauge, so that what is no more (a rollout that ended) leaves no stale value.
  func replaceGauge(_ name: String, _ series: [(labels: [(String, String)], value: Double)]) {
    registry.withLock { registry in
      let clean = PrometheusText.name(name)
      registry.gauges = registry.gauges.filter { $0.key.name != clean }
      for (labels, value) in series {
        let gauge = PrometheusGauge()
        gauge.set(value)
        registry.gauges[Key(name, labels)] = gauge
      }
    }
  }

  /// A counter; the same one for the same name and dimensions.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  /// A counter that takes fractions.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  /// A histogram when it aggregates, else a gauge.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate ? histogram(label, dimensions, PrometheusHistogram.sizes) : gauge(label, dimensions)
  }

  /// A histogram in seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions, PrometheusHistogram.seconds)
  }

  /// Keeps the counter: Prometheus wants counters that do not go away.
  public func destroyCounter(_ handler: any CounterHandler) {}

  /// Keeps the counter.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

  /// Forgets the gauge.
  public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }

  /// Forgets the gauge or histogram.
  public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }

  /// Forgets the histogram.
  public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter {
    registry.withLock { registry in
      let key = Key(label, dimensions)
      let counter = registry.counters[key] ?? PrometheusCounter()
      registry.counters[key] = counter
      return counter
    }
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge {
    registry.withLock { registry in
      let key = Key(label, dimensions)
      let gauge = registry.gauges[key] ?? PrometheusGauge()
      registry.gauges[key] = gauge
      return gauge
    }
  }

  private func histogram(
    _ label: String, _ dimensions: [(String, String)], _ bounds: [Double]
  ) -> PrometheusHistogram {
    registry.withLock { registry in
      let key = Key(label, dimensions)
      let histogram = registry.histograms[key] ?? PrometheusHistogram(bounds: bounds)
      registry.histograms[key] = histogram
      return histogram
    }
  }

  private func forget(_ handler: AnyObject) {
    registry.withLock { registry in
      registry.gauges = registry.gauges.filter { $0.value !== handler }
      registry.histograms = registry.histograms.filter { $0.value !== handler }
    }
  }
}
