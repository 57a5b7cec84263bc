import Foundation
import Manifest
import Testing

/// Argo CD's own expectations of ApplicationSets, read in place.
@Suite struct ConformanceTests {
  private static let isWanted =
    Case.folder != nil || ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"

  @Test(
    .enabled(if: isWanted, "no recorded cases: FLOTILLA_CONFORMANCE names no folder, and ../shared is not there"),
    arguments: Operations.all.keys.sorted())
  func agrees(operation: String) throws {
    try #require(Case.folder != nil)
    let run = try #require(Operations.all[operation])
    let cases = try Case.byOperation.get()[operation] ?? []
    for kind in Set(cases.map(\.kind)).sorted() {
      let own = cases.filter { $0.kind == kind }
      var passed = 0
      var notes: [String] = []
      for one in own {
        let result: Result<Node, Refused>
        do throws(Refused) { result = .success(try run(one)) } catch { result = .failure(error) }
        let complaint = Comparison.complaint(result, one.expected)
        let reason = DeliberateDifference.reason(for: one)
        switch (complaint, reason) {
        case (nil, _): passed += 1
        case (_, let reason?): notes.append("  \(one.id): differs on purpose: \(reason)")
        case (let complaint?, nil):
          notes.append("  \(one.id): \(complaint)")
          Issue.record("\(one.id): \(complaint)")
        }
      }
      print("\(kind): \(passed)/\(own.count)")
      for note in notes { print(note) }
    }
  }

  /// Operations without a counterpart here are told, so that nobody takes them for passed.
  @Test(.enabled(if: isWanted, "no recorded cases: FLOTILLA_CONFORMANCE names no folder, and ../shared is not there"))
  func tellsWhatIsNotRun() throws {
    let operations = try Case.byOperation.get().filter { Operations.all[$0.key] == nil }
    for (operation, cases) in operations.sorted(by: { $0.key < $1.key }) {
      print("\(operation): not run: \(cases.count)")
    }
  }
}
