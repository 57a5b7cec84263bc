import Logging

/// Says nothing: whether a server answers is being asked, and a no is no news.
struct SilentLogHandler: LogHandler {
  var logLevel: Logger.Level = .critical
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {}
}

extension Logger {
  /// For connections beside others that log the same.
  static let silent = Logger(label: "flotilla.silent") { _ in SilentLogHandler() }
}
