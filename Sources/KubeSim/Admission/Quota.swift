import FleetModel
import Manifest

/// ResourceQuotas (exchange 095, health 04 and 22): numbers of objects, and what Pods ask for. Scopes are not heeded.
extension ClusterState {
  private static let storage = ResourceType.named("ResourceQuota").storage

  /// - Throws: 403 in a server's words for the first quota of the namespace that has no room for a new object.
  func checkQuotas(_ type: ResourceType, _ object: Node, name: String, namespace: String) throws(APIFailure) {
    guard collections[Self.storage]?.isEmpty == false else { return }
    for quota in objects(Self.storage, namespace: namespace) {
      let hard = quota["spec", "hard"]?.object?.sortedEntries ?? []
      let unsaid = hard.compactMap { Self.containers(of: object, type, without: $0.key) }
      guard unsaid.isEmpty else {
        throw .forbidden(
          type, name, "failed quota: \(quota.objectName): must specify \(unsaid.joined(separator: "; "))")
      }
      var over: [(resource: String, asked: String, used: String, limit: String)] = []
      for entry in hard {
        guard let asked = Self.amount(entry.key, of: object, type), let limit = Quantity.thousandths(entry.value)
        else { continue }
        let used = used(entry.key, in: namespace)
        guard used + asked > limit else { continue }
        over.append(
          (
            entry.key, Self.text(asked, entry.key), Self.text(used, entry.key),
            Quantity.canonical(entry.value).string ?? ""
          ))
      }
      guard !over.isEmpty else { continue }
      func list(_ value: ((resource: String, asked: String, used: String, limit: String)) -> String) -> String {
        over.map { "\($0.resource)=\(value($0))" }.joined(separator: ",")
      }
      throw .forbidden(
        type, name,
        "exceeded quota: \(quota.objectName), requested: \(list { $0.asked }), used: \(list { $0.used }), "
          + "limited: \(list { $0.limit })")
    }
  }

  /// The quota's status follows its spec and what there is.
  mutating func reconcileQuota(_ key: ObjectKey, _ live: Node) {
    let hard = live["spec", "hard"]?.object?.sortedEntries ?? []
    let counted = hard.map { entry in
      Object.Entry(key: entry.key, value: .text(Self.text(used(entry.key, in: key.namespace), entry.key)))
    }
    controllerUpdate(key) { object in
      object.set(["status", "hard"], Node(.object(Object(entries: hard))))
      object.set(["status", "used"], Node(.object(Object(entries: counted))))
    }
  }

  /// Quotas of a namespace count again when something in it comes, goes or ends.
  mutating func wakeQuotas(of namespace: String, at time: Int64) {
    guard let quotas = collections[Self.storage], !quotas.isEmpty else { return }
    for key in quotas.keys where key.namespace == namespace { timers.schedule(.reconcile(key), at: time) }
  }

  private func used(_ resource: String, in namespace: String) -> Int64 {
    let kind = Self.isAboutPods(resource) ? ResourceType.named("Pod") : Self.counted(resource)
    guard let kind else { return 0 }
    return objects(kind.storage, namespace: namespace).reduce(0) { $0 + (Self.amount(resource, of: $1, kind) ?? 0) }
  }

  /// What of a resource an object takes, in thousandths; nil when it is about others.
  private static func amount(_ resource: String, of object: Node, _ type: ResourceType) -> Int64? {
    if type.kind == "Pod", isFinished(object) { return nil }
    guard isAboutPods(resource), resource != "pods" else {
      return counted(resource)?.storage == type.storage ? 1_000 : nil
    }
    guard type.kind == "Pod" else { return nil }
    return (object["spec", "containers"]?.array ?? []).reduce(0) { sum, container in
      sum + (container.at(place(of: resource)).flatMap(Quantity.thousandths) ?? 0)
    }
  }

  /// `requests.cpu for: app`, when containers of a Pod do not say what a quota wants to know.
  private static func containers(of object: Node, _ type: ResourceType, without resource: String) -> String? {
    guard type.kind == "Pod", isAboutPods(resource), resource != "pods" else { return nil }
    let silent = (object["spec", "containers"]?.array ?? []).filter { $0.at(place(of: resource)) == nil }
      .compactMap { $0["name"]?.string }.sorted()
    return silent.isEmpty ? nil : "\(resource) for: \(silent.joined(separator: ","))"
  }

  private static let ofPods: Set<String> = [
    "pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
  ]

  private static func isAboutPods(_ resource: String) -> Bool { ofPods.contains(resource) }

  /// Where a container says it.
  private static func place(of resource: String) -> [String] {
    let parts = resource.split(separator: ".").map(String.init)
    return ["resources"] + (parts.count == 2 ? parts : ["requests"] + parts)
  }

  /// The kind whose objects a resource counts: `configmaps`, `count/deployments.apps`.
  private static func counted(_ resource: String) -> ResourceType? {
    let name = resource.hasPrefix("count/") ? String(resource.dropFirst(6)) : resource
    return ResourceType.builtIn.first { $0.qualifiedName == name }
  }

  private static func text(_ thousandths: Int64, _ resource: String) -> String {
    let isMemory = resource.hasSuffix("memory") && thousandths % 1_024_000 == 0
    let text = isMemory ? "\(thousandths / 1_024_000)Ki" : "\(thousandths)m"
    return Quantity.canonical(.text(text)).string ?? text
  }
}
