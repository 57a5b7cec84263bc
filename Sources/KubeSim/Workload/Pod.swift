import FleetModel
import Manifest

extension ClusterState {
  @discardableResult
  mutating func createPod(
    _ owner: Node, _ kind: String, name: String, template: Node, labels: [String: String] = [:], node: String? = nil
  ) -> Node? {
    var pod: Node = ["metadata": template["metadata"] ?? Node(.object(Object())), "spec": template["spec"] ?? [:]]
    pod.set(["metadata", "name"], .text(name))
    if kind != "StatefulSet" {
      pod.set(["metadata", "generateName"], .text(String(name.dropLast(5))))
    }
    for (label, value) in labels.sorted(by: { $0.key < $1.key }) {
      pod.set(["metadata", "labels", label], .text(value))
    }
    pod.set(["metadata", "ownerReferences"], [Self.ownerReference(owner, kind)])
    if let node { pod.set(["spec", "nodeName"], .text(node)) }
    return controllerCreate("Pod", pod, namespace: owner.objectNamespace)
  }

  /// Scheduler and kubelet in one: a node is found at once, containers start after the scenario's delay.
  mutating func reconcilePod(_ key: ObjectKey, _ live: Node) {
    if Self.isFinished(live) { return }
    let now = now
    let images = (live["spec", "containers"]?.array ?? []).compactMap { $0["image"]?.string }
    let behaviour = scenario.behaviour(cluster: options.name, images: images)
    let created = podStarts[live.uid] ?? now.millisecondsSinceEpoch
    podStarts[live.uid] = created
    let jitter = Int64(stableHash(Array(live.uid.utf8)) % UInt64(max(1, behaviour.startMilliseconds / 3 + 1)))
    let starts = created + Int64(behaviour.startMilliseconds) + jitter
    let milliseconds = now.millisecondsSinceEpoch
    let place = stableHash(Array(live.uid.utf8)) % UInt64(max(1, options.nodes))

    if live["status", "startTime"] == nil {
      if live["spec", "nodeName"] == nil {
        controllerUpdate(key, subresource: "", manager: "kube-scheduler") { pod in
          pod.set(["spec", "nodeName"], .text("node-\(place + 1)"))
        }
      }
      controllerUpdate(key, manager: "kubelet") { pod in
        pod.set(["status", "phase"], "Pending")
        pod.set(["status", "startTime"], .text(Timestamp.text(now)))
        pod.set(["status", "hostIP"], .text("10.1.0.\(place + 1)"))
        pod.set(["status", "observedGeneration"], .number(pod.generation))
        Self.setPodConditions(now, &pod, isReady: false, isScheduled: true)
        pod.set(
          ["status", "containerStatuses"],
          Self.containerStatuses(pod, state: ["waiting": ["reason": "ContainerCreating"]], isReady: false))
      }
    }
    if milliseconds < starts {
      wake(key, afterMilliseconds: Int(starts - milliseconds))
      return
    }
    if let waiting = behaviour.waiting {
      controllerUpdate(key, manager: "kubelet") { pod in
        let hasCrashed = waiting.reason == "CrashLoopBackOff"
        Self.setPodConditions(now, &pod, isReady: false, isScheduled: true)
        if hasCrashed { pod.set(["status", "phase"], "Running") }
        pod.set(
          ["status", "containerStatuses"],
          Self.containerStatuses(
            pod, state: ["waiting": ["reason": .text(waiting.reason), "message": .text(waiting.message)]],
            isReady: false, crash: hasCrashed ? Self.crash(now, behaviour) : nil))
      }
      return
    }
    runPod(key, behaviour, starts: starts, place: place)
  }

  private mutating func runPod(_ key: ObjectKey, _ behaviour: Scenario.PodBehaviour, starts: Int64, place: UInt64) {
    guard let live = object(key) else { return }
    let now = now
    let milliseconds = now.millisecondsSinceEpoch
    let started = Timestamp.text(Instant(millisecondsSinceEpoch: starts))
    if live["spec", "restartPolicy"]?.string != "Always", milliseconds >= starts + Int64(behaviour.runMilliseconds) {
      let code = behaviour.fails ? 1 : 0
      controllerUpdate(key, manager: "kubelet") { pod in
        pod.set(["status", "phase"], .text(behaviour.fails ? "Failed" : "Succeeded"))
        Self.setPodConditions(
          now, &pod, isReady: false, isScheduled: true, reason: behaviour.fails ? "PodFailed" : "PodCompleted")
        pod.set(
          ["status", "containerStatuses"],
          Self.containerStatuses(
            pod,
            state: [
              "terminated": [
                "exitCode": .number(code), "reason": .text(behaviour.fails ? "Error" : "Completed"),
                "startedAt": .text(started), "finishedAt": .text(Timestamp.text(now)),
              ]
            ], isReady: false))
      }
      return
    }
    if let crash = behaviour.crashAfterMilliseconds, milliseconds >= starts + Int64(crash) {
      controllerUpdate(key, manager: "kubelet") { pod in
        Self.setPodConditions(now, &pod, isReady: false, isScheduled: true)
        pod.set(
          ["status", "containerStatuses"],
          Self.containerStatuses(
            pod,
            state: [
              "waiting": [
                "reason": "CrashLoopBackOff",
                "message": .text("back-off 10s restarting failed container in pod \(pod.objectName)"),
              ]
            ], isReady: false, crash: Self.crash(now, behaviour)))
      }
      return
    }
    let address = "10.2.\(stableHash(Array(live.uid.utf8)) >> 8 % 250).\(stableHash(Array(live.uid.utf8)) % 250 + 1)"
    controllerUpdate(key, manager: "kubelet") { pod in
      pod.set(["status", "phase"], "Running")
      pod.set(["status", "podIP"], .text(address))
      pod.set(["status", "podIPs"], [["ip": .text(address)]])
      Self.setPodConditions(now, &pod, isReady: true, isScheduled: true)
      pod.set(
        ["status", "containerStatuses"],
        Self.containerStatuses(pod, state: ["running": ["startedAt": .text(started)]], isReady: true))
    }
    if live["spec", "restartPolicy"]?.string != "Always" {
      wake(key, afterMilliseconds: Int(starts + Int64(behaviour.runMilliseconds) - milliseconds))
    } else if let crash = behaviour.crashAfterMilliseconds {
      wake(key, afterMilliseconds: Int(starts + Int64(crash) - milliseconds))
    }
  }

  private static func setPodConditions(
    _ now: Instant, _ pod: inout Node, isReady: Bool, isScheduled: Bool, reason: String = ""
  ) {
    let notReady = reason.isEmpty ? "ContainersNotReady" : reason
    let names = (pod["spec", "containers"]?.array ?? []).compactMap { $0["name"]?.string }
    let message = isReady ? "" : "containers with unready status: [\(names.joined(separator: " "))]"
    for (type, isTrue) in [
      ("PodReadyToStartContainers", true), ("Initialized", true), ("Ready", isReady), ("ContainersReady", isReady),
      ("PodScheduled", isScheduled),
    ] {
      setCondition(now, &pod, type, isTrue ? "True" : "False", isTrue ? "" : notReady, isTrue ? "" : message)
    }
    // Pod conditions have no lastUpdateTime.
    let conditions = (pod["status", "conditions"]?.array ?? []).map { condition in
      var condition = condition
      condition["lastUpdateTime"] = nil
      return condition
    }
    pod.set(["status", "conditions"], .list(conditions))
  }

  /// How a container ended that is started again.
  private static func crash(_ now: Instant, _ behaviour: Scenario.PodBehaviour) -> Node {
    let code = behaviour.exitCode
    return [
      "terminated": [
        "exitCode": .number(code), "reason": .text(code == 137 ? "OOMKilled" : "Error"),
        "finishedAt": .text(Timestamp.text(now)),
      ]
    ]
  }

  private static func containerStatuses(_ pod: Node, state: Node, isReady: Bool, crash: Node? = nil) -> Node {
    .list(
      (pod["spec", "containers"]?.array ?? []).map { container in
        [
          "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "",
          "ready": Node(.boolean(isReady)), "started": Node(.boolean(isReady)),
          "restartCount": .number(crash == nil ? 0 : 1), "state": state, "lastState": crash ?? [:],
        ]
      })
  }
}
