import FleetModel
public import Manifest

/// Judges a Pod by its phase, its restart policy and the states of its containers.
func podHealth(_ pod: Node) -> ObjectHealth {
  let restarts = restartsForever(pod)
  if restarts, let stuck = waitingContainer(of: pod, where: isStuck) { return ObjectHealth(.degraded, stuck) }
  switch pod["status", "phase"]?.string ?? "" {
  case "Pending": return ObjectHealth(.progressing, pod["status", "message"]?.string ?? "Pod is pending")
  case "Succeeded": return ObjectHealth(.healthy)
  case "Failed": return ObjectHealth(.degraded, failureMessage(of: pod))
  case "Running":
    guard restarts else { return ObjectHealth(.progressing, "Pod is running to its end") }
    if Condition.all(of: pod).contains(where: { $0.type == "Ready" && $0.isTrue }) { return ObjectHealth(.healthy) }
    let crashed = containerStatuses(pod).contains { $0["lastState", "terminated"] != nil }
    return crashed ? ObjectHealth(.degraded, failureMessage(of: pod)) : ObjectHealth(.progressing, "Pod is not ready")
  default: return ObjectHealth(.unknown, "Pod has no phase")
  }
}

/// A Pod that cannot start without help, and whose Pod it is.
public struct PodTrouble: Hashable, Sendable {
  /// The kind of its controller.
  public var controllerKind: String
  /// The name of its controller.
  public var controllerName: String
  /// Its namespace.
  public var namespace: String
  /// Its own name.
  public var name: String
  /// The label by which a Deployment tells its ReplicaSets apart; empty for other Pods.
  public var templateHash: String
  /// `Reason: message` of the waiting container.
  public var text: String

  /// The waiting reasons that do not pass by themselves (AMENDMENTS 42).
  public static let reasons: Set<String> = [
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CrashLoopBackOff",
  ]

  /// Looks at a Pod; nil when nobody controls it, it is being deleted, or none of its containers is stuck.
  public init?(of pod: Node) {
    guard pod["metadata", "deletionTimestamp"] == nil,
      let owner = pod["metadata", "ownerReferences"]?.array?.first(where: { $0["controller"]?.boolean == true }),
      let kind = owner["kind"]?.string, let ownerName = owner["name"]?.string,
      let text = waitingContainer(of: pod, where: Self.reasons.contains)
    else { return nil }
    controllerKind = kind
    controllerName = ownerName
    namespace = pod["metadata", "namespace"]?.string ?? ""
    name = pod["metadata", "name"]?.string ?? ""
    templateHash = pod["metadata", "labels", "pod-template-hash"]?.string ?? ""
    self.text = text
  }

  /// Whether the object controls the Pod, for a Deployment through its ReplicaSet, whose name is the Deployment's
  /// with the Pod's template hash behind it.
  public func concerns(_ object: Node) -> Bool {
    concerns(
      kind: object["kind"]?.string ?? "", namespace: object["metadata", "namespace"]?.string ?? "",
      name: object["metadata", "name"]?.string ?? "")
  }

  func concerns(kind: String, namespace: String, name: String) -> Bool {
    guard namespace == self.namespace else { return false }
    if kind == controllerKind { return name == controllerName }
    return kind == "Deployment" && controllerKind == "ReplicaSet" && !templateHash.isEmpty
      && controllerName == "\(name)-\(templateHash)"
  }

  static func isBefore(_ left: PodTrouble, _ right: PodTrouble) -> Bool { left.name < right.name }
}

private func containerStatuses(_ pod: Node) -> [Node] {
  (pod["status", "initContainerStatuses"]?.array ?? []) + (pod["status", "containerStatuses"]?.array ?? [])
}

private func waitingContainer(of pod: Node, where matches: (String) -> Bool) -> String? {
  for status in containerStatuses(pod) {
    guard let waiting = status["state", "waiting"], let reason = waiting["reason"]?.string, matches(reason) else {
      continue
    }
    return [reason, waiting["message"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
  }
  return nil
}

private func isStuck(_ reason: String) -> Bool {
  reason.hasPrefix("Err") || reason.hasSuffix("Error") || reason.hasSuffix("BackOff")
    || PodTrouble.reasons.contains(reason)
}

/// Whether the Pod is meant to run for ever. Argo CD lets an annotation say so of other Pods, except hooks.
private func restartsForever(_ pod: Node) -> Bool {
  let policy = pod["spec", "restartPolicy"]?.string ?? "Always"
  guard policy != "Always" else { return true }
  let annotations = pod["metadata", "annotations"]
  let isHook = annotations?["argocd.argoproj.io/hook"] != nil || annotations?["helm.sh/hook"] != nil
  return annotations?["argocd.argoproj.io/ignore-restart-policy"]?.string == "true" && !isHook
}

private func failureMessage(of pod: Node) -> String {
  if let message = pod["status", "message"]?.string, !message.isEmpty { return message }
  for status in containerStatuses(pod) {
    for state in ["state", "lastState"] {
      guard let ended = status[state, "terminated"], ended["exitCode"]?.integer != 0 else { continue }
      let name = status["name"]?.string ?? ""
      let code = ended["exitCode"]?.integer.map { " with exit code \($0)" } ?? ""
      let reason = ended["reason"]?.string.map { " (\($0))" } ?? ""
      return "Container \(name) failed\(code)\(reason)"
    }
  }
  return "Pod failed"
}
