import FleetModel
import Manifest

extension ClusterState {
  /// Ten characters that stand for a Pod template.
  static func templateHash(_ template: Node) -> String {
    var template = template
    template.set(["metadata", "labels", "pod-template-hash"], nil)
    var random = SeededRandom(seed: stableHash(JSONText.bytes(canonical(template))))
    return random.suffix(10)
  }

  static func canonical(_ node: Node) -> Node {
    switch node.value {
    case .object(let object):
      return Node(
        .object(
          Object(
            entries: object.entries.sorted { $0.key < $1.key }.map {
              Object.Entry(key: $0.key, value: canonical($0.value))
            })))
    case .array(let elements): return Node(.array(elements.map(canonical)))
    default: return node
    }
  }

  private static func revision(_ object: Node) -> Int {
    Int(object["metadata", "annotations", "deployment.kubernetes.io/revision"]?.string ?? "") ?? 0
  }

  private static func count(_ object: Node, _ path: String...) -> Int { Int(object.at(path)?.integer ?? 0) }

  /// `25%` of the replicas, or a number.
  static func amount(_ value: Node?, of total: Int, roundsUp: Bool, otherwise: Int) -> Int {
    if let number = value?.integer { return Int(number) }
    guard let text = value?.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return otherwise }
    return (total * percent + (roundsUp ? 99 : 0)) / 100
  }

  mutating func reconcileDeployment(_ key: ObjectKey, _ live: Node) {
    let now = now
    let replicas = Self.count(live, "spec", "replicas")
    guard let template = live["spec", "template"] else { return }
    let hash = Self.templateHash(template)
    var sets = dependents("ReplicaSet", of: live).filter { !$0.isDeleting }
    let newest = sets.map(Self.revision).max() ?? 0
    let setName = "\(key.name)-\(hash)"
    var current = sets.first { $0.label("pod-template-hash") == hash }
    let isPaused = live["spec", "paused"]?.boolean == true
    var limits = (surge: 0, unavailable: replicas)
    let isRolling = live["spec", "strategy", "type"]?.string != "Recreate"
    if isRolling {
      let strategy = live["spec", "strategy", "rollingUpdate"]
      limits.surge = Self.amount(strategy?["maxSurge"], of: replicas, roundsUp: true, otherwise: 1)
      limits.unavailable = Self.amount(strategy?["maxUnavailable"], of: replicas, roundsUp: false, otherwise: 0)
      if limits.surge == 0, limits.unavailable == 0 { limits.unavailable = 1 }
    }
    let others = sets.filter { $0.label("pod-template-hash") != hash }
    let otherTotal = others.reduce(0) { $0 + Self.count($1, "spec", "replicas") }

    if current == nil, !isPaused {
      let first =
        isRolling ? max(0, min(replicas, replicas + limits.surge - otherTotal)) : otherTotal == 0 ? replicas : 0
      current = createSet(live, setName, hash, replicas: first, revision: newest + 1)
      annotate(key, revision: newest + 1)
      controllerUpdate(key) { object in
        Self.setCondition(
          now, &object, "Progressing", "True", "NewReplicaSetCreated", "Created new replica set \"\(setName)\"",
          update: true)
      }
      sets = dependents("ReplicaSet", of: live)
    } else if let found = current, !isPaused, Self.revision(found) < newest {
      setAnnotation(found, revision: newest + 1)
      annotate(key, revision: newest + 1)
      controllerUpdate(key) { object in
        Self.setCondition(
          now, &object, "Progressing", "True", "FoundNewReplicaSet", "Found new replica set \"\(setName)\"",
          update: true)
      }
    }
    if let current, !isPaused || others.allSatisfy({ Self.count($0, "spec", "replicas") == 0 }) {
      scaleSets(live, current, others, replicas: replicas, limits: limits, isRolling: isRolling)
    }
    updateDeploymentStatus(key, hash: hash, setName: setName, replicas: replicas, unavailableLimit: limits.unavailable)
    trimHistory(key)
  }

  private mutating func createSet(_ deployment: Node, _ name: String, _ hash: String, replicas: Int, revision: Int)
    -> Node?
  {
    guard var template = deployment["spec", "template"] else { return nil }
    template.set(["metadata", "labels", "pod-template-hash"], .text(hash))
    var selector = deployment["spec", "selector"] ?? Node(.object(Object()))
    selector.set(["matchLabels", "pod-template-hash"], .text(hash))
    let labels = template["metadata", "labels"] ?? Node(.object(Object()))
    let wanted = Int(deployment["spec", "replicas"]?.integer ?? 1)
    let strategy = deployment["spec", "strategy", "rollingUpdate"]
    let surge = strategy == nil ? 0 : Self.amount(strategy?["maxSurge"], of: wanted, roundsUp: true, otherwise: 1)
    return controllerCreate(
      "ReplicaSet",
      [
        "metadata": [
          "name": .text(name), "labels": labels,
          "annotations": [
            "deployment.kubernetes.io/desired-replicas": .text(String(wanted)),
            "deployment.kubernetes.io/max-replicas": .text(String(wanted + surge)),
            "deployment.kubernetes.io/revision": .text(String(revision)),
          ],
          "ownerReferences": [Self.ownerReference(deployment, "Deployment")],
        ],
        "spec": ["replicas": .number(replicas), "selector": selector, "template": template],
      ], namespace: deployment.objectNamespace)
  }

  private mutating func annotate(_ key: ObjectKey, revision: Int) {
    controllerUpdate(key, subresource: "") { object in
      object.set(["metadata", "annotations", "deployment.kubernetes.io/revision"], .text(String(revision)))
    }
  }

  private mutating func setAnnotation(_ set: Node, revision: Int) {
    annotate(ObjectKey(ResourceType.named("ReplicaSet"), set.objectNamespace, set.objectName), revision: revision)
  }

  private mutating func scale(_ set: Node, to replicas: Int) {
    let key = ObjectKey(ResourceType.named("ReplicaSet"), set.objectNamespace, set.objectName)
    controllerUpdate(key, subresource: "") { object in object.set(["spec", "replicas"], .number(replicas)) }
  }

  private mutating func scaleSets(
    _ live: Node, _ current: Node, _ others: [Node], replicas: Int, limits: (surge: Int, unavailable: Int),
    isRolling: Bool
  ) {
    let newCount = Self.count(current, "spec", "replicas")
    let otherTotal = others.reduce(0) { $0 + Self.count($1, "spec", "replicas") }
    if !isRolling {
      for set in others where Self.count(set, "spec", "replicas") > 0 { scale(set, to: 0) }
      let remaining = others.reduce(0) { $0 + dependents("Pod", of: $1).count }
      if remaining == 0, newCount != replicas { scale(current, to: replicas) }
      return
    }
    if newCount > replicas {
      scale(current, to: replicas)
    } else if newCount < replicas {
      let allowed = replicas + limits.surge - newCount - otherTotal
      if allowed > 0 { scale(current, to: min(replicas, newCount + allowed)) }
    }
    guard otherTotal > 0 else { return }
    let minimum = replicas - limits.unavailable
    let present =
      object(
        ObjectKey(ResourceType.named("ReplicaSet"), current.objectNamespace, current.objectName)) ?? current
    let newUnavailable =
      Self.count(present, "spec", "replicas") - Self.count(present, "status", "availableReplicas")
    var budget = Self.count(present, "spec", "replicas") + otherTotal - minimum - max(0, newUnavailable)
    guard budget > 0 else { return }
    var sizes = Dictionary(
      uniqueKeysWithValues: others.map { ($0.objectName, Self.count($0, "spec", "replicas")) })
    let byAge = others.sorted { Self.revision($0) < Self.revision($1) }
    // Unhealthy Pods of old versions go first; they cost no availability.
    for set in byAge {
      let size = sizes[set.objectName] ?? 0
      let unhealthy = min(budget, max(0, size - Self.count(set, "status", "availableReplicas")))
      sizes[set.objectName] = size - unhealthy
      budget -= unhealthy
    }
    let available =
      Self.count(present, "status", "availableReplicas")
      + others.reduce(0) { $0 + Self.count($1, "status", "availableReplicas") }
    var spare = min(budget, available - minimum)
    for set in byAge where spare > 0 {
      let size = sizes[set.objectName] ?? 0
      let gone = min(spare, size)
      sizes[set.objectName] = size - gone
      spare -= gone
    }
    for set in byAge where sizes[set.objectName] != Self.count(set, "spec", "replicas") {
      scale(set, to: sizes[set.objectName] ?? 0)
    }
  }

  private mutating func updateDeploymentStatus(
    _ key: ObjectKey, hash: String, setName: String, replicas: Int, unavailableLimit: Int
  ) {
    guard let live = object(key) else { return }
    let now = now
    let sets = dependents("ReplicaSet", of: live)
    func sum(_ field: String) -> Int { sets.reduce(0) { $0 + Self.count($1, "status", field) } }
    let current = sets.first { $0.label("pod-template-hash") == hash }
    let total = sum("replicas")
    let available = sum("availableReplicas")
    let updated = current.map { Self.count($0, "status", "replicas") } ?? 0
    let wanted = sets.reduce(0) { $0 + Self.count($1, "spec", "replicas") }
    let isComplete = updated == replicas && total == replicas && available == replicas
    let didProgress =
      updated > Self.count(live, "status", "updatedReplicas")
      || available > Self.count(live, "status", "availableReplicas")
      || total - updated < Self.count(live, "status", "replicas") - Self.count(live, "status", "updatedReplicas")
    let deadline = Int(live["spec", "progressDeadlineSeconds"]?.integer ?? 600)
    let progressing = Self.condition(live, "Progressing")
    let since = progressing?["lastUpdateTime"]?.string.flatMap(Timestamp.parse) ?? now
    let left = since.millisecondsSinceEpoch + Int64(deadline) * 1000 - now.millisecondsSinceEpoch
    let isPaused = live["spec", "paused"]?.boolean == true
    controllerUpdate(key) { object in
      var status = object["status"] ?? Node(.object(Object()))
      status["observedGeneration"] = .number(object.generation)
      let counts = [
        ("replicas", total), ("updatedReplicas", updated), ("readyReplicas", sum("readyReplicas")),
        ("availableReplicas", available), ("unavailableReplicas", max(0, wanted - available)),
      ]
      for (field, value) in counts { status[field] = value == 0 ? nil : .number(value) }
      status["terminatingReplicas"] = 0
      object["status"] = status
      if isPaused {
        Self.setCondition(now, &object, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
      } else if isComplete {
        Self.setCondition(
          now, &object, "Progressing", "True", "NewReplicaSetAvailable",
          "ReplicaSet \"\(setName)\" has successfully progressed.")
      } else if didProgress {
        Self.setCondition(
          now, &object, "Progressing", "True", "ReplicaSetUpdated", "ReplicaSet \"\(setName)\" is progressing.",
          update: true)
      } else if left <= 0, progressing?["reason"]?.string != "NewReplicaSetAvailable" {
        Self.setCondition(
          now, &object, "Progressing", "False", "ProgressDeadlineExceeded",
          "ReplicaSet \"\(setName)\" has timed out progressing.")
      }
      if let failure = current.flatMap({ Self.condition($0, "ReplicaFailure") }) {
        Self.setCondition(
          now, &object, "ReplicaFailure", "True", failure["reason"]?.string ?? "", failure["message"]?.string ?? "")
      } else {
        Self.removeCondition(&object, "ReplicaFailure")
      }
      if available >= replicas - unavailableLimit {
        Self.setCondition(
          now, &object, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      } else {
        Self.setCondition(
          now, &object, "Available", "False", "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.")
      }
    }
    if !isComplete, left > 0, !isPaused { wake(key, afterMilliseconds: Int(min(left, 3_600_000)) + 5) }
  }

  private mutating func trimHistory(_ key: ObjectKey) {
    guard let live = object(key) else { return }
    let limit = Int(live["spec", "revisionHistoryLimit"]?.integer ?? 10)
    let hash = live["spec", "template"].map(Self.templateHash)
    let old = dependents("ReplicaSet", of: live).filter { set in
      set.label("pod-template-hash") != hash && Self.count(set, "spec", "replicas") == 0
        && Self.count(set, "status", "replicas") == 0
    }.sorted { Self.revision($0) < Self.revision($1) }
    for set in old.dropLast(limit) {
      _ = remove(set, ResourceType.named("ReplicaSet"), propagation: "Background", graceSeconds: nil)
    }
  }

  // MARK: ReplicaSet

  mutating func reconcileReplicaSet(_ key: ObjectKey, _ live: Node) {
    let wanted = Self.count(live, "spec", "replicas")
    var pods = dependents("Pod", of: live).filter { !$0.isDeleting && !Self.isFinished($0) }
    if pods.count < wanted, let template = live["spec", "template"] {
      for _ in pods.count..<min(wanted, pods.count + 500) {
        let name = "\(String(key.name.prefix(57)))-\(random.suffix())"
        guard let pod = createPod(live, "ReplicaSet", name: name, template: template) else { break }
        pods.append(pod)
      }
    } else if pods.count > wanted {
      // Those that are not ready go first, then the youngest.
      let order = pods.sorted { left, right in
        if Self.isReady(left) != Self.isReady(right) { return !Self.isReady(left) }
        return (podStarts[left.uid] ?? 0, left.objectName) > (podStarts[right.uid] ?? 0, right.objectName)
      }
      for pod in order.prefix(pods.count - wanted) {
        _ = remove(pod, ResourceType.named("Pod"), propagation: "Background", graceSeconds: nil)
      }
      pods = dependents("Pod", of: live).filter { !$0.isDeleting }
    }
    let minimum = Int(live["spec", "minReadySeconds"]?.integer ?? 0)
    let (ready, available, nextMilliseconds) = readiness(pods, minReadySeconds: minimum)
    // Pods that nobody lets it make show here and nowhere else (health 04).
    let denied = pods.count < wanted ? denial : nil
    if denied != nil { wake(key, afterMilliseconds: 2_000) }
    let now = now
    controllerUpdate(key) { object in
      if denied == nil { Self.removeCondition(&object, "ReplicaFailure") }
      if let denied, Self.condition(object, "ReplicaFailure") == nil {
        Self.setCondition(now, &object, "ReplicaFailure", "True", "FailedCreate", denied)
      }
      var status = object["status"] ?? Node(.object(Object()))
      status["replicas"] = .number(pods.count)
      for (field, value) in [
        ("fullyLabeledReplicas", pods.count), ("readyReplicas", ready), ("availableReplicas", available),
      ] { status[field] = value == 0 ? nil : .number(value) }
      status["observedGeneration"] = .number(object.generation)
      object["status"] = status
    }
    if let nextMilliseconds { wake(key, afterMilliseconds: nextMilliseconds) }
  }

  static func isReady(_ pod: Node) -> Bool { condition(pod, "Ready")?["status"]?.string == "True" }

  static func isFinished(_ pod: Node) -> Bool {
    ["Succeeded", "Failed"].contains(pod["status", "phase"]?.string ?? "")
  }

  /// How many Pods are ready, how many for long enough, and when the next one will be.
  func readiness(_ pods: [Node], minReadySeconds: Int) -> (ready: Int, available: Int, nextMilliseconds: Int?) {
    let ready = pods.filter(Self.isReady)
    guard minReadySeconds > 0 else { return (ready.count, ready.count, nil) }
    var available = 0
    var next: Int64?
    for pod in ready {
      let since = Self.condition(pod, "Ready")?["lastTransitionTime"]?.string.flatMap(Timestamp.parse) ?? now
      let left = since.millisecondsSinceEpoch + Int64(minReadySeconds) * 1000 - now.millisecondsSinceEpoch
      if left <= 0 { available += 1 } else { next = min(next ?? left, left) }
    }
    return (ready.count, available, next.map { Int($0) + 1 })
  }
}
