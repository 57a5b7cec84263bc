import Manifest
import Testing

@testable import KubeClient

/// Which refusal is which, by recorded answers of a real server.
@Suite("Refusals")
struct ProblemTests {
  /// A recorded step, and what it is about.
  static let examples: [(step: String, problem: KubeProblem)] = [
    ("010/1", .unauthenticated), ("012/6", .forbidden), ("010/0", .forbidden), ("016/9", .forbidden),
    ("020/0", .notFound), ("008/7", .notServed), ("008/4", .notServed), ("009/0", .methodNotAllowed),
    ("021/1", .alreadyExists), ("022/2", .changedMeanwhile), ("024/0", .badRequest), ("026/0", .invalid),
    ("028/1", .mediaType), ("037/4", .expired), ("042/2", .fieldsOfOthers), ("065/6", .tooLarge),
  ]

  @Test("every row of the table fits a recorded answer, or is one that no recording has")
  func everyRow() throws {
    guard let exchanges = try RecordedExchange.all() else { return }
    var used: Set<Int> = []
    for exchange in exchanges {
      for step in exchange.steps where step.status >= 400 {
        guard let request = step.request else { continue }
        let error = KubeError(
          KubeResponse(status: step.status, body: step.received), status: step.body, to: request)
        if let index = KubeProblemTable.rows.firstIndex(where: { $0.fits(error, status: step.status) }) {
          used.insert(index)
        }
      }
    }
    let unused = KubeProblemTable.rows.indices.filter { !used.contains($0) }
      .map { "\(KubeProblemTable.rows[$0].status) \(KubeProblemTable.rows[$0].problem)" }
    #expect(unused == ["429...429 tooManyRequests", "500...599 serverError", "100...599 other"])
  }
}
