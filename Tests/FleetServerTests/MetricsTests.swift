import CoreMetrics
import Testing

@testable import FleetServer

@Suite struct MetricsTests {
  @Test func theTextIsPrometheus() {
    let metrics = PrometheusMetrics()
    metrics.describe("flotilla_jobs", "Jobs done.")
    Counter(label: "flotilla_jobs", dimensions: [("kind", "a\"b\\c\n")], factory: metrics).increment(by: 3)
    Gauge(label: "flotilla.depth", factory: metrics).record(1.5)
    let histogram = metrics.makeRecorder(label: "flotilla_bytes", dimensions: [], aggregate: true)
    histogram.record(Int64(5))
    histogram.record(Int64(500))
    let lines = metrics.text().split(separator: "\n").map(String.init)
    #expect(lines.contains("# HELP flotilla_jobs_total Jobs done."))
    #expect(lines.contains(#"flotilla_jobs_total{kind="a\"b\\c\n"} 3"#))
    #expect(lines.contains("flotilla_depth 1.5"))
    #expect(lines.contains(#"flotilla_bytes_bucket{le="1"} 0"#))
    #expect(lines.contains(#"flotilla_bytes_bucket{le="10"} 1"#))
    #expect(lines.contains(#"flotilla_bytes_bucket{le="+Inf"} 2"#))
    #expect(lines.contains("flotilla_bytes_sum 505"))
    #expect(lines.contains("flotilla_bytes_count 2"))
  }

  @Test func aReplacedGaugeLeavesNothingStale() {
    let metrics = PrometheusMetrics()
    metrics.replaceGauge("flotilla_rollouts", [([("set", "a")], 1), ([("set", "b")], 2)])
    metrics.replaceGauge("flotilla_rollouts", [([("set", "b")], 3)])
    #expect(metrics.text() == "# TYPE flotilla_rollouts gauge\nflotilla_rollouts{set=\"b\"} 3\n")
  }
}
