import FleetPrograms
import Foundation

/// Prometheus on 127.0.0.1, without anything to scrape: queries make their own values.
public struct PrometheusServer: Sendable {
  /// The server's URL.
  public let url: String

  private static let folders: [String] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return [root.appendingPathComponent(".tools/bin").path]
  }()

  /// Whether the program is there; with `FLOTILLA_REQUIRE=all` its absence fails the tests instead of skipping them.
  public static var isAvailable: Bool {
    ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"
      || (try? ProgramSearch.find("prometheus", in: folders)) != nil
  }

  /// Runs a closure with a server that has no data.
  public static func with<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (PrometheusServer) async throws -> Value
  ) async throws -> Value {
    let program = try ProgramSearch.find("prometheus", in: folders)
    let folder = NSTemporaryDirectory() + "prometheus-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "scrape_configs: []\n".write(toFile: folder + "/prometheus.yml", atomically: true, encoding: .utf8)
    for _ in 0..<5 {
      guard let (descriptor, port) = listeningSocket() else { continue }
      close(descriptor)
      let server = try await Program.start(
        program,
        arguments: [
          "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
          "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
        ], outputFile: folder + "/log")
      // Another process may have taken the port in between; then it ends and the next port is tried.
      for _ in 0..<3_000 where !isListening(port) { try await Task.sleep(for: .milliseconds(10)) }
      guard isListening(port) else {
        await server.terminate(gracePeriod: .seconds(1))
        continue
      }
      let result: Result<Value, any Error>
      do {
        result = .success(try await body(PrometheusServer(url: "http://127.0.0.1:\(port)")))
      } catch {
        result = .failure(error)
      }
      await server.terminate(gracePeriod: .seconds(5))
      return try result.get()
    }
    let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
    throw GitFixture.Failure(description: "prometheus did not start: \(log)")
  }
}
