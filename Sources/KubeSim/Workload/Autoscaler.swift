import FleetModel
import Manifest

extension ClusterState {
  /// Scales what a HorizontalPodAutoscaler names: to what the scenario says that the load needs, otherwise to what there is,
  /// within its bounds. The change goes through the subresource `scale`, so that `managedFields` say who owns the count.
  mutating func reconcileAutoscaler(_ key: ObjectKey, _ live: Node) {
    let reference = live["spec", "scaleTargetRef"]
    let kind = reference?["kind"]?.string ?? ""
    let target = ObjectKey(ResourceType.named(kind), key.namespace, reference?["name"]?.string ?? "")
    let now = now
    wake(key, afterMilliseconds: 5_000)
    guard ["Deployment", "StatefulSet", "ReplicaSet"].contains(kind), let scaled = object(target) else {
      controllerUpdate(key) { object in
        Self.setCondition(
          now, &object, "AbleToScale", "False", "FailedGetScale",
          "the HPA controller was unable to get the target's current scale: "
            + "\(kind.lowercased())s.apps \"\(target.name)\" not found")
      }
      return
    }
    let images = (scaled["spec", "template", "spec", "containers"]?.array ?? []).compactMap { $0["image"]?.string }
    let present = Int(scaled["spec", "replicas"]?.integer ?? 1)
    let wanted = scenario.replicas(cluster: options.name, images: images) ?? present
    let (least, most) = (live["spec", "minReplicas"]?.integer ?? 1, live["spec", "maxReplicas"]?.integer ?? 1)
    let replicas = min(max(wanted, Int(least)), max(Int(most), Int(least)))
    if replicas != present {
      controllerUpdate(target, subresource: "scale") { $0.set(["spec", "replicas"], .number(replicas)) }
    }
    controllerUpdate(key) { object in
      object.set(["status", "currentReplicas"], .number(Int(scaled["status", "replicas"]?.integer ?? 0)))
      object.set(["status", "desiredReplicas"], .number(replicas))
      Self.setCondition(
        now, &object, "AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size")
      Self.setCondition(
        now, &object, "ScalingActive", "True", "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"
      )
      let isLimited = replicas != wanted
      Self.setCondition(
        now, &object, "ScalingLimited", isLimited ? "True" : "False",
        isLimited ? (wanted > replicas ? "TooManyReplicas" : "TooFewReplicas") : "DesiredWithinRange",
        isLimited
          ? "the desired replica count is \(wanted > replicas ? "more than the maximum" : "less than the minimum") replica count"
          : "the desired count is within the acceptable range")
    }
  }
}
