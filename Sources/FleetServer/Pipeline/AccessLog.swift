import CoreMetrics
import HTTPTypes
import Hummingbird
import Logging

/// One line and two metrics per request. Never a header, a query or a body: those may carry secrets.
struct AccessLog {
  var method: String
  var path: String
  var requestID: String
  var route = "none"
  var principal = ""
  var status = 0
  var failure = ""
  /// The controller's fault: worth an error.
  var isFault = false
  /// Reads, probes and agents' calls come too often for the usual level.
  var isQuiet = true
  /// Headers for the error answer.
  var extraHeaders: HTTPFields = [:]

  /// Makes a line.
  init(method: String, path: String, requestID: String) {
    self.method = method
    self.path = path
    self.requestID = requestID
  }

  func write(to logger: Logger, duration: Duration, metrics: PrometheusMetrics) {
    let milliseconds = Int64(duration / .milliseconds(1))
    var metadata: Logger.Metadata = [
      "http.method": "\(method)", "http.path": "\(path)", "http.status": "\(status)",
      "http.duration_ms": "\(milliseconds)", "fleet.route": "\(route)", "fleet.request.id": "\(requestID)",
    ]
    if !principal.isEmpty { metadata["fleet.principal"] = "\(principal)" }
    if !failure.isEmpty { metadata["error"] = "\(failure)" }
    let level: Logger.Level = isFault ? .error : (isQuiet ? .debug : .info)
    logger.log(level: level, "request", metadata: metadata)

    let dimensions = [("route", route), ("status", String(status))]
    Counter(label: "flotilla_http_requests", dimensions: dimensions, factory: metrics).increment()
    // A held poll or a stream says nothing about how fast the server is.
    guard route != "agentPoll", route != "streamEvents" else { return }
    let seconds = CoreMetrics.Timer(
      label: "flotilla_http_request_duration_seconds", dimensions: [("route", route)], factory: metrics)
    seconds.recordNanoseconds(Int64(duration / .nanoseconds(1)))
  }
}
