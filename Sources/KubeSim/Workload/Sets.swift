import FleetModel
import Manifest

extension ClusterState {
  private static func number(_ object: Node, _ path: String...) -> Int { Int(object.at(path)?.integer ?? 0) }

  private static let revisionLabel = "controller-revision-hash"

  // MARK: StatefulSet

  /// Pods with ordinals, one after the other (health 06 and 07).
  mutating func reconcileStatefulSet(_ key: ObjectKey, _ live: Node) {
    guard let template = live["spec", "template"] else { return }
    let replicas = Self.number(live, "spec", "replicas")
    let update = "\(key.name)-\(Self.templateHash(template))"
    let isParallel = live["spec", "podManagementPolicy"]?.string == "Parallel"
    let minimum = Int(live["spec", "minReadySeconds"]?.integer ?? 0)
    let all = dependents("Pod", of: live)
    let terminating = all.filter(\.isDeleting)
    var pods: [Int: Node] = [:]
    for pod in all where !pod.isDeleting {
      if let ordinal = pod.objectName.split(separator: "-").last.flatMap({ Int($0) }) { pods[ordinal] = pod }
    }
    let current = live["status", "currentRevision"]?.string ?? update
    let partition = Int(live["spec", "updateStrategy", "rollingUpdate", "partition"]?.integer ?? 0)
    let isRolling = live["spec", "updateStrategy", "type"]?.string != "OnDelete"

    var isSettled = terminating.isEmpty
    for ordinal in 0..<replicas where isParallel || isSettled {
      if let pod = pods[ordinal] {
        if !Self.isReady(pod) { isSettled = false }
        continue
      }
      guard terminating.allSatisfy({ $0.objectName != "\(key.name)-\(ordinal)" }) else {
        isSettled = false
        continue
      }
      let keepsOld = isRolling && ordinal < partition && current != update
      createClaims(live, ordinal)
      pods[ordinal] = createPod(
        live, "StatefulSet", name: "\(key.name)-\(ordinal)", template: template,
        labels: [
          Self.revisionLabel: keepsOld ? current : update,
          "statefulset.kubernetes.io/pod-name": "\(key.name)-\(ordinal)",
          "apps.kubernetes.io/pod-index": String(ordinal),
        ])
      isSettled = false
    }
    let podType = ResourceType.named("Pod")
    if isSettled || isParallel, let highest = pods.keys.max(), highest >= replicas, let pod = pods[highest] {
      _ = remove(pod, podType, propagation: "Background", graceSeconds: nil)
      isSettled = false
    } else if isRolling, isSettled {
      // From the highest ordinal down, one at a time.
      for ordinal in pods.keys.sorted(by: >) where ordinal >= partition && ordinal < replicas {
        guard let pod = pods[ordinal], pod.label(Self.revisionLabel) != update else { continue }
        _ = remove(pod, podType, propagation: "Background", graceSeconds: nil)
        break
      }
    }
    let live = pods.values.filter { pod in
      object(ObjectKey(podType, key.namespace, pod.objectName))?.isDeleting == false
    }
    let (ready, available, nextMilliseconds) = readiness(live, minReadySeconds: minimum)
    let updated = live.filter { $0.label(Self.revisionLabel) == update }.count
    let isDone = updated == replicas && live.count == replicas && ready == replicas
    controllerUpdate(key) { object in
      var status = object["status"] ?? Node(.object(Object()))
      status["observedGeneration"] = .number(object.generation)
      status["replicas"] = .number(live.count)
      status["availableReplicas"] = .number(available)
      let old = live.filter { $0.label(Self.revisionLabel) == current }.count
      for (field, value) in [
        ("readyReplicas", ready), ("currentReplicas", isDone ? updated : old), ("updatedReplicas", updated),
      ] { status[field] = value == 0 ? nil : .number(value) }
      status["currentRevision"] = .text(isDone ? update : current)
      status["updateRevision"] = .text(update)
      status["collisionCount"] = 0
      object["status"] = status
    }
    if let nextMilliseconds { wake(key, afterMilliseconds: nextMilliseconds) }
  }

  private mutating func createClaims(_ live: Node, _ ordinal: Int) {
    for template in live["spec", "volumeClaimTemplates"]?.array ?? [] {
      var claim = template
      claim.set(["metadata", "name"], .text("\(template.objectName)-\(live.objectName)-\(ordinal)"))
      if let labels = live["spec", "selector", "matchLabels"] { claim.set(["metadata", "labels"], labels) }
      claim["status"] = ["phase": "Pending"]
      controllerCreate("PersistentVolumeClaim", claim, namespace: live.objectNamespace)
    }
  }

  // MARK: DaemonSet

  /// A Pod on every node (health 08).
  mutating func reconcileDaemonSet(_ key: ObjectKey, _ live: Node) {
    guard let template = live["spec", "template"] else { return }
    let hash = Self.templateHash(template)
    let nodes = objects("/nodes").map(\.objectName)
    var byNode: [String: Node] = [:]
    let all = dependents("Pod", of: live)
    for pod in all where !pod.isDeleting { byNode[pod["spec", "nodeName"]?.string ?? ""] = pod }
    for node in nodes where byNode[node] == nil {
      byNode[node] = createPod(
        live, "DaemonSet", name: "\(key.name)-\(random.suffix())", template: template,
        labels: [Self.revisionLabel: hash, "pod-template-generation": String(live.generation)], node: node)
    }
    let minimum = Int(live["spec", "minReadySeconds"]?.integer ?? 0)
    var pods = nodes.compactMap { byNode[$0] }
    var (ready, available, nextMilliseconds) = readiness(pods, minReadySeconds: minimum)
    if live["spec", "updateStrategy", "type"]?.string != "OnDelete" {
      let limit = max(
        1,
        Self.amount(
          live["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], of: nodes.count, roundsUp: true,
          otherwise: 1))
      var spare = limit - (nodes.count - available)
      for pod in pods where pod.label(Self.revisionLabel) != hash {
        // An old Pod that is not available may always go.
        guard spare > 0 || !Self.isReady(pod) else { continue }
        if Self.isReady(pod) { spare -= 1 }
        _ = remove(pod, ResourceType.named("Pod"), propagation: "Background", graceSeconds: nil)
        pods.removeAll { $0.uid == pod.uid }
      }
      (ready, available, nextMilliseconds) = readiness(pods, minReadySeconds: minimum)
    }
    let updated = pods.filter { $0.label(Self.revisionLabel) == hash }.count
    controllerUpdate(key) { object in
      var status = object["status"] ?? Node(.object(Object()))
      status["currentNumberScheduled"] = .number(pods.count)
      status["numberMisscheduled"] = 0
      status["desiredNumberScheduled"] = .number(nodes.count)
      status["numberReady"] = .number(ready)
      status["observedGeneration"] = .number(object.generation)
      for (field, value) in [
        ("updatedNumberScheduled", updated), ("numberAvailable", available),
        ("numberUnavailable", nodes.count - available),
      ] { status[field] = value == 0 ? nil : .number(value) }
      object["status"] = status
    }
    if let nextMilliseconds { wake(key, afterMilliseconds: nextMilliseconds) }
  }

  // MARK: Job

  /// Runs Pods until enough have succeeded or too many have failed (health 09 to 11).
  mutating func reconcileJob(_ key: ObjectKey, _ live: Node) {
    let isOver = ["Complete", "Failed"].contains { Self.condition(live, $0)?["status"]?.string == "True" }
    if isOver { return }
    let now = now
    let isSuspended = live["spec", "suspend"]?.boolean == true
    let pods = dependents("Pod", of: live)
    let succeeded = pods.filter { $0["status", "phase"]?.string == "Succeeded" }.count
    let failed = pods.filter { $0["status", "phase"]?.string == "Failed" }.count
    var active = pods.filter { !Self.isFinished($0) && !$0.isDeleting }
    let completions = live["spec", "completions"]?.integer.map { Int($0) } ?? max(1, succeeded)
    let limit = Self.number(live, "spec", "backoffLimit")
    let hasFailed = failed > limit
    let deadline = live["spec", "activeDeadlineSeconds"]?.integer
    let started = live["status", "startTime"]?.string.flatMap(Timestamp.parse)
    var isLate = false
    if let deadline, let started {
      let left = started.millisecondsSinceEpoch + deadline * 1000 - now.millisecondsSinceEpoch
      isLate = left <= 0
      if left > 0 { wake(key, afterMilliseconds: Int(left) + 5) }
    }
    if isSuspended || hasFailed || isLate {
      for pod in active { _ = remove(pod, ResourceType.named("Pod"), propagation: "Background", graceSeconds: nil) }
      active = []
    } else if let template = live["spec", "template"] {
      let wanted = min(Self.number(live, "spec", "parallelism"), completions - succeeded)
      for _ in active.count..<max(active.count, wanted) {
        let name = "\(String(key.name.prefix(57)))-\(random.suffix())"
        if let pod = createPod(live, "Job", name: name, template: template) { active.append(pod) }
      }
    }
    let ready = active.filter(Self.isReady).count
    let isComplete = succeeded >= completions && !hasFailed && !isSuspended
    let time = Timestamp.text(now)
    controllerUpdate(key) { object in
      if isSuspended {
        Self.setCondition(now, &object, "Suspended", "True", "JobSuspended", "Job suspended")
        object.set(["status", "startTime"], nil)
      } else {
        if Self.condition(object, "Suspended") != nil {
          Self.setCondition(now, &object, "Suspended", "False", "JobResumed", "Job resumed")
        }
        object.setDefault(["status", "startTime"], .text(time))
      }
      for (field, value) in [("active", active.count), ("succeeded", succeeded), ("failed", failed)] {
        object.set(["status", field], value == 0 || (field == "active" && isComplete) ? nil : .number(value))
      }
      object.set(["status", "ready"], .number(isComplete ? 0 : ready))
      object.set(["status", "terminating"], 0)
      object.set(["status", "uncountedTerminatedPods"], [:])
      if isComplete {
        let text = "Reached expected number of succeeded pods"
        object.set(["status", "completionTime"], .text(time))
        for type in ["SuccessCriteriaMet", "Complete"] {
          Self.setCondition(now, &object, type, "True", "CompletionsReached", text)
        }
      } else if hasFailed || isLate {
        let (reason, text) =
          hasFailed
          ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
          : ("DeadlineExceeded", "Job was active longer than specified deadline")
        for type in ["FailureTarget", "Failed"] { Self.setCondition(now, &object, type, "True", reason, text) }
      }
      let conditions = (object["status", "conditions"]?.array ?? []).map { condition in
        var condition = condition
        if let time = condition["lastUpdateTime"] {
          condition["lastProbeTime"] = time
          condition["lastUpdateTime"] = nil
        }
        return condition
      }
      if !conditions.isEmpty { object.set(["status", "conditions"], .list(conditions)) }
    }
  }

  // MARK: Small ones

  mutating func reconcileClaim(_ key: ObjectKey, _ live: Node) {
    guard live["status", "phase"]?.string == "Pending" else { return }
    let volume = "pvc-\(live.uid)"
    controllerUpdate(key, subresource: "") { claim in
      claim.setDefault(["spec", "storageClassName"], "standard")
      claim.setDefault(["spec", "volumeName"], .text(volume))
      claim.set(["metadata", "annotations", "pv.kubernetes.io/bind-completed"], "yes")
      claim.set(["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"], "yes")
    }
    controllerUpdate(key) { claim in
      claim.set(["status", "phase"], "Bound")
      if let modes = claim["spec", "accessModes"] { claim.set(["status", "accessModes"], modes) }
      if let wanted = claim["spec", "resources", "requests"] { claim.set(["status", "capacity"], wanted) }
    }
    controllerCreate(
      "PersistentVolume",
      [
        "metadata": ["name": .text(volume)],
        "spec": [
          "capacity": live["spec", "resources", "requests"] ?? [:],
          "accessModes": live["spec", "accessModes"] ?? ["ReadWriteOnce"], "storageClassName": "standard",
          "persistentVolumeReclaimPolicy": "Delete",
          "claimRef": [
            "kind": "PersistentVolumeClaim", "namespace": .text(key.namespace), "name": .text(key.name),
            "uid": .text(live.uid), "apiVersion": "v1",
          ],
        ], "status": ["phase": "Bound"],
      ], namespace: "")
  }

  mutating func reconcileService(_ key: ObjectKey, _ live: Node) {
    guard live["spec", "type"]?.string == "LoadBalancer" else {
      if live["status", "loadBalancer", "ingress"] != nil {
        controllerUpdate(key) { $0.set(["status", "loadBalancer"], [:]) }
      }
      return
    }
    guard live["status", "loadBalancer", "ingress"] == nil else { return }
    let hash = stableHash(Array(live.uid.utf8))
    controllerUpdate(key, manager: "cloud-controller-manager") { service in
      service.set(
        ["status", "loadBalancer"],
        ["ingress": [["ip": .text("198.51.100.\(hash % 254 + 1)"), "ipMode": "VIP"]]])
    }
  }

  mutating func reconcileBudget(_ key: ObjectKey, _ live: Node) {
    let labels = live["spec", "selector", "matchLabels"]?.object?.entries ?? []
    let pods = objects("/pods", namespace: key.namespace).filter { pod in
      !pod.isDeleting && labels.allSatisfy { pod.label($0.key) == $0.value.string }
    }
    let healthy = pods.filter(Self.isReady).count
    let wanted: Int
    if let most = live["spec", "maxUnavailable"] {
      wanted = pods.count - Self.amount(most, of: pods.count, roundsUp: true, otherwise: 0)
    } else {
      wanted = Self.amount(live["spec", "minAvailable"], of: pods.count, roundsUp: true, otherwise: 1)
    }
    let allowed = max(0, healthy - wanted)
    let now = now
    controllerUpdate(key) { budget in
      budget.set(["status", "observedGeneration"], .number(budget.generation))
      for (field, value) in [
        ("disruptionsAllowed", allowed), ("currentHealthy", healthy), ("desiredHealthy", wanted),
        ("expectedPods", pods.count),
      ] { budget.set(["status", field], .number(value)) }
      Self.setCondition(
        now, &budget, "DisruptionAllowed", allowed > 0 ? "True" : "False",
        allowed > 0 ? "SufficientPods" : "InsufficientPods", "")
    }
    wake(key, afterMilliseconds: 2000)
  }

  // MARK: CustomResourceDefinition

  /// Serves, changes or stops serving the kinds of a definition.
  mutating func serveDefinition(old: Node?, new: Node?) {
    guard let definition = new ?? old else { return }
    let served = ResourceType.custom(of: definition)
    guard let storage = served.first?.storage ?? old.flatMap({ ResourceType.custom(of: $0).first?.storage }) else {
      return
    }
    if new == nil {
      types[storage] = nil
      for (_, object) in (collections[storage] ?? [:]).sorted(by: { $0.key < $1.key }) {
        if let type = served.first { _ = commit(type, old: object, new: nil) }
      }
      collections[storage] = nil
    } else if Self.condition(definition, "Established")?["status"]?.string == "True" {
      types[storage] = served
    }
  }

  mutating func reconcileDefinition(_ key: ObjectKey, _ live: Node) {
    establish(key)
  }

  /// A definition is established a moment after it was made (health 17), with controllers or without.
  mutating func establish(_ key: ObjectKey) {
    guard let live = object(key) else { return }
    let names = live["spec", "names"] ?? [:]
    let now = now
    controllerUpdate(key, manager: "kube-apiserver") { definition in
      definition.set(["status", "acceptedNames"], names)
      if definition["status", "conditions"]?.isNull == true { definition.set(["status", "conditions"], nil) }
      Self.setCondition(now, &definition, "NamesAccepted", "True", "NoConflicts", "no conflicts found")
      Self.setCondition(
        now, &definition, "Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
      let conditions = (definition["status", "conditions"]?.array ?? []).map { condition in
        var condition = condition
        condition["lastUpdateTime"] = nil
        return condition
      }
      definition.set(["status", "conditions"], .list(conditions))
    }
  }
}
