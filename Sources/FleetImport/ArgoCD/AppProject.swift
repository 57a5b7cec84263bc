import FleetModel
import Manifest

/// What an AppProject restricts. Flotilla's own limits are the project, whose sets see its clusters and repositories only,
/// the rights of tokens, and what agents may do in their clusters.
func importAppProject(_ source: SourceDocument, _ book: inout ImportBook) {
  for (key, why, hint) in restrictions {
    let path = "spec.\(key)"
    guard let value = source.field(path), !value.isUnset, !isEverything(value) else { continue }
    book.leaveOut(source, path, "AppProject \"\(source.name)\": \(why)", hint: hint)
  }
  for (index, role) in (source.field("spec.roles")?.array ?? []).enumerated() {
    importRole(role, source, "spec.roles[\(index)]", &book)
  }
  book.leaveOutUnknown(
    source, "spec",
    known: Set(restrictions.map(\.key) + ["description", "roles", "permitOnlyProjectScopedClusters", "syncWindows"]))
}

private let restrictions: [(key: String, why: String, hint: String)] = [
  (
    "sourceRepos", "sets may use every Repository document of their project",
    "give the project only the Repository documents it may use"
  ),
  (
    "destinations", "sets may use every cluster of their project, and every namespace there",
    "give the project only its clusters, and the agents rights in these namespaces only"
  ),
  (
    "sourceNamespaces", "an ApplicationSet's namespace is its project", "import each namespace with --namespace"
  ),
  ("clusterResourceWhitelist", "kinds are not limited", "give the agents rights for these kinds only"),
  ("clusterResourceBlacklist", "kinds are not limited", "give the agents no rights for these kinds"),
  ("namespaceResourceWhitelist", "kinds are not limited", "give the agents rights for these kinds only"),
  ("namespaceResourceBlacklist", "kinds are not limited", "give the agents no rights for these kinds"),
  (
    "destinationServiceAccounts", "an agent applies everything as itself",
    "run it with a service account that may do no more"
  ),
  ("signatureKeys", "signatures of commits are not verified", "protect the branch on the Git host"),
  ("orphanedResources", "objects that nobody owns are not looked for", ""),
]

/// `*` everywhere, which restricts nothing.
private func isEverything(_ value: Node) -> Bool {
  guard let elements = value.array else { return false }
  return elements.contains { element in
    if element.string == "*" { return true }
    guard let object = element.object, !object.isEmpty else { return false }
    return object.entries.allSatisfy { $0.value.string == "*" }
  }
}

/// A role's groups and policies as tokens.
private func importRole(_ role: Node, _ source: SourceDocument, _ path: String, _ book: inout ImportBook) {
  let name = role["name"]?.string ?? ""
  let groups = (role["groups"]?.array ?? []).compactMap(\.string)
  let policies = (role["policies"]?.array ?? []).compactMap(\.string)
  book.leaveOut(
    source, path, "AppProject \"\(source.name)\": role \"\(name)\" is a right of tokens here",
    hint: "make a token for each of its people or jobs: flotilla token create NAME --right RIGHT --group GROUP")
  // p, SUBJECT, RESOURCE, ACTION, OBJECT, allow
  let isReader = policies.allSatisfy { policy in
    let parts = policy.split(separator: ",").map { $0.drop { $0 == " " } }
    return parts.count < 4 || parts[3].hasPrefix("get")
  }
  let options = groups.map { " --group \($0)" }.joined()
  book.step(
    "flotilla token create \(NameBook.valid("\(source.name)-\(name)")) --right \(isReader ? "read" : "operate")\(options)",
    in: nil,
    "what role \(name) of AppProject \(source.name) may do")
}
