import KubeClient
import Manifest
import Synchronization

/// An API server that lets a service account do what Roles say and nothing more, as RBAC does: the simulator has no
/// authorizer of its own.
final class RoleTransport: KubeTransport {
  private struct Rule {
    var namespace: String
    var groups: [String]
    var resources: [String]
    var names: [String]
    var verbs: [String]
  }

  private let inner: any KubeTransport
  private let rules: [Rule]
  /// What was asked and is not allowed.
  let refused = Mutex<[String]>([])

  /// - Parameter manifest: the objects of which the Roles count, each in its namespace.
  init(_ inner: any KubeTransport, manifest: [Node]) {
    self.inner = inner
    rules = manifest.filter { $0["kind"]?.string == "Role" }.flatMap { role in
      (role["rules"]?.array ?? []).map { rule in
        func texts(_ key: String) -> [String] { (rule[key]?.array ?? []).compactMap(\.string) }
        return Rule(
          namespace: role["metadata", "namespace"]?.string ?? "", groups: texts("apiGroups"),
          resources: texts("resources"), names: texts("resourceNames"), verbs: texts("verbs"))
      }
    }
  }

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    guard let denial = denial(of: request) else { return try await inner.send(request) }
    refused.withLock { $0.append(denial) }
    let status: Node = [
      "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403, "message": Node(.string(denial)),
    ]
    return KubeResponse(status: 403, body: JSON.bytes(status))
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    if let denial = denial(of: request) { refused.withLock { $0.append(denial) } }
    return try await inner.stream(request)
  }

  /// What the request would do and may not; nil for one that is allowed. Discovery is for everybody.
  private func denial(of request: KubeRequest) -> String? {
    let parts = request.path.split(separator: "/").map(String.init)
    let group: String
    let rest: ArraySlice<String>
    switch parts.first {
    case "api" where parts.count > 2: (group, rest) = ("", parts[2...])
    case "apis" where parts.count > 3: (group, rest) = (parts[1], parts[3...])
    default: return nil
    }
    var words = Array(rest)
    var namespace = ""
    if words.count > 2, words[0] == "namespaces" {
      namespace = words[1]
      words.removeFirst(2)
    }
    let name = words.count > 1 ? words[1] : ""
    let verb =
      switch request.method {
      case .get where !name.isEmpty: "get"
      case .get: request.query.contains { $0 == ("watch", "true") } ? "watch" : "list"
      case .post: "create"
      case .put: "update"
      case .patch: "patch"
      case .delete: "delete"
      }
    let isAllowed = rules.contains { rule in
      rule.namespace == namespace && rule.groups.contains(group) && rule.resources.contains(words[0])
        && rule.verbs.contains(verb) && (rule.names.isEmpty || rule.names.contains(name))
    }
    return isAllowed ? nil : "\(verb) \(words[0]).\(group) \(namespace)/\(name)"
  }
}
