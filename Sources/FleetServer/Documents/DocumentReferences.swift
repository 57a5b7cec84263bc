import FleetDocuments
import FleetModel
import FleetPorts
import Manifest

/// Windows and analyses that FleetSets name: they are among the documents of the request, or stored.
struct DocumentReferences {
  let store: any ControlStore
  let project: ProjectName

  /// An error for each name that nothing has.
  func problems(in documents: [Document]) async throws -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var known: [PolicyKind: Set<String>] = [:]
    for document in documents {
      guard case .fleetSet(let definition) = document.content else { continue }
      for reference in Self.references(of: definition.rollout) {
        if known[reference.kind] == nil { known[reference.kind] = try await names(reference.kind, documents) }
        let names = known[reference.kind] ?? []
        guard !names.contains(reference.name) else { continue }
        let position = reference.place(in: document.source)?.position
        let near = suggestion(for: reference.name, among: names).map { "did you mean \"\($0)\"? " } ?? ""
        problems.append(
          Diagnostic(
            line: Int(position?.line ?? 0), column: Int(position?.column ?? 0), field: reference.field,
            message: "FleetSet \"\(document.name)\": there is no \(reference.kind.rawValue) \"\(reference.name)\"",
            hint: near + "apply it first, or with the FleetSet"))
      }
    }
    return problems
  }

  private func names(_ kind: PolicyKind, _ documents: [Document]) async throws -> Set<String> {
    var names = Set(documents.filter { $0.kind == kind.rawValue }.map(\.name))
    var last: String?
    repeat {
      let page = try await store.policies(kind, in: project, after: last, limit: 500)
      names.formUnion(page.elements.map(\.name))
      last = page.elements.count < 500 ? nil : page.elements.last?.name
    } while last != nil
    return names
  }

  private struct Reference {
    var kind: PolicyKind
    var name: String
    var keys: [String]
    var index: Int?

    /// Where it stands, for people.
    var field: String {
      let path = keys.reduce("spec.rollout") { Int($1) != nil ? "\($0)[\($1)]" : "\($0).\($1)" }
      return index.map { "\(path)[\($0)]" } ?? path
    }

    /// Where it stands in a document.
    func place(in source: Node) -> Node? {
      var node = source["spec", "rollout"]
      for key in keys { node = Int(key).flatMap { node?[$0] } ?? node?[key] }
      return index.flatMap { node?[$0] } ?? node
    }
  }

  private static func references(of strategy: RolloutStrategy) -> [Reference] {
    var found = windows(strategy.windows, below: [])
    for (number, stage) in strategy.stages.enumerated() {
      let place = ["stages", String(number)]
      found += windows(stage.windows, below: place)
      for (list, gates) in [("before", stage.before), ("after", stage.after)] {
        for (index, gate) in gates.enumerated() {
          guard case .analysis(let name, _) = gate else { continue }
          found.append(Reference(kind: .analysis, name: name, keys: place + [list, String(index), "analysis"]))
        }
      }
    }
    return found
  }

  private static func windows(_ names: [String]?, below place: [String]) -> [Reference] {
    (names ?? []).enumerated().map { index, name in
      Reference(kind: .window, name: name, keys: place + ["windows"], index: index)
    }
  }
}
