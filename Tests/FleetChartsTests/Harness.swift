import FleetCharts
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Logging

/// A reader with a data folder of its own, which is removed afterwards.
func withReader<Value>(
  isolation: isolated (any Actor)? = #isolation, allowsLoopback: Bool = true,
  change: (inout ChartConfiguration) -> Void = { _ in }, _ body: (HelmChartReader) async throws -> Value
) async throws -> Value {
  let folder = NSTemporaryDirectory() + "chart-reader-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  var configuration = ChartConfiguration(
    dataFolder: folder, allowsLoopback: allowsLoopback, programFolders: ChartFixture.programFolders)
  change(&configuration)
  var logger = Logger(label: "charts")
  logger.logLevel = .critical
  return try await body(try HelmChartReader(configuration, logger: logger))
}

func charts(_ url: String, credential: String? = nil, pollInterval: Duration = .seconds(60)) -> Repository {
  Repository(name: "charts", kind: .helm, url: url, credential: credential, pollInterval: pollInterval)
}

extension HelmChartReader {
  /// What a range means, without anything known before.
  func resolve(
    _ range: String, of chart: String = "shop", in repository: Repository, credential: SourceCredential? = nil
  ) async throws(SourceError) -> ResolvedChart {
    try await self.chart(chart, at: .named(range), known: nil, in: repository, credential: credential)
  }
}

/// The error of a call; nil when it has none.
func failure(_ body: () async throws -> Void) async -> SourceError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? SourceError
  }
}
