import Manifest
import Testing

@testable import KubeClient

/// Which refusal is which, by recorded answers of a real server.
@Suite("Refusals")
struct ProblemTests {
  /// A recorded step, and what it is about.
  static let examples: [(step: String, problem: KubeProblem)] = [
    ("010/1", .unauthenticated), ("010/0", .forbidden), ("012/14", .forbidden), ("016/8", .forbidden),
    ("016/5", .namespaceTerminating), ("095/4", .quota), ("095/7", .quota), ("096/2", .quota),
    ("032/2", .deniedByPolicy), ("105/6", .deniedByPolicy), ("105/8", .deniedByPolicy), ("013/4", .deniedByPolicy),
    ("016/10", .namespaceAbsent), ("020/0", .notFound), ("008/0", .notServed), ("008/3", .notServed),
    ("009/0", .methodNotAllowed), ("028/1", .mediaType), ("028/4", .mediaType), ("021/1", .alreadyExists),
    ("042/1", .fieldsOfOthers), ("022/2", .changedMeanwhile), ("037/4", .expired), ("065/3", .tooLarge),
    ("065/4", .tooLarge), ("062/1", .immutable), ("062/5", .immutable), ("062/9", .immutable), ("063/2", .immutable),
    ("065/1", .immutable), ("103/3", .immutable), ("025/0", .invalid), ("103/2", .invalid),
    ("094/4", .disruptionBudget), ("106/1", .webhookUnreachable), ("027/12", .schema), ("030/0", .schema),
    ("024/1", .badRequest), ("022/8", .serverError), ("038/9", .notYet), ("107/2", .unavailable),
  ]

  @Test("a recorded refusal is what it is about", arguments: examples)
  func example(step: String, problem: KubeProblem) throws {
    let parts = step.split(separator: "/").map(String.init)
    guard let exchange = try RecordedExchange.one(parts[0]) else { return }
    let found = try #require(exchange.steps.first { $0.place == parts[1] })
    let request = try #require(found.request)
    let error = KubeError(KubeResponse(status: found.status, body: found.received), status: found.body, to: request)
    #expect(error.problem == problem, "\(error)")
  }

  @Test("every problem has an example, or is one that no recording has")
  func everyProblem() {
    let missing = Set(KubeProblem.allCases).subtracting(Self.examples.map(\.problem))
    #expect(missing == [.tooManyRequests, .other])
  }

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
