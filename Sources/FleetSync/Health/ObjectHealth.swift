public import FleetModel
public import Manifest

/// How one object is doing, with the words of whoever said so.
public struct ObjectHealth: Hashable, Sendable {
  /// The health; nil for a kind that has none, which counts as ready once it is applied (R9).
  public var health: Health?
  /// Why, for people: `reason: message` as the object or its Pod tells; empty when there is nothing to tell.
  public var message: String

  /// Makes a verdict.
  public init(_ health: Health?, _ message: String = "") {
    self.health = health
    self.message = message
  }
}

/// Judges an object by its own status and by the Pods that it controls.
///
/// The rules are Argo CD's (GENERATORS 6.9) with three additions: a report about an older `metadata.generation` is
/// Progressing for every kind that tells `observedGeneration`, a Pod that cannot start makes its owner Degraded
/// (AMENDMENTS 42), and unknown kinds are read by the standard conditions Ready, Reconciling and Stalled.
public func health(of object: Node, pods: [Node] = []) -> ObjectHealth {
  health(of: object, troubles: pods.compactMap(PodTrouble.init(of:)))
}

/// The same with the Pods' troubles already extracted, so that whole Pods need not be kept.
///
/// - Parameter custom: the set's own rules, in place of those of the kind.
public func health(of object: Node, troubles: [PodTrouble], custom: CustomHealth? = nil) -> ObjectHealth {
  if let deleted = object["metadata", "deletionTimestamp"], !deleted.isNull {
    return ObjectHealth(.progressing, "Pending deletion")
  }
  if let waiting = generationBehind(object) { return waiting }
  let own = custom?.health(of: object) ?? ownHealth(of: object)
  guard let trouble = troubles.sorted(by: PodTrouble.isBefore).first(where: { $0.concerns(object) }) else { return own }
  if let health = own.health, health >= .degraded { return own }
  return ObjectHealth(.degraded, trouble.text)
}

/// Whether the manifest itself asks for a standstill, so that Suspended counts as ready (AMENDMENTS 50).
public func suspendsItself(_ manifest: Node) -> Bool {
  manifest["spec", "paused"]?.boolean == true || manifest["spec", "suspend"]?.boolean == true
}

/// Progressing when the status speaks about an older spec; nil when it is current or the kind does not tell.
private func generationBehind(_ object: Node) -> ObjectHealth? {
  let generation = object["metadata", "generation"]?.integer ?? 0
  let observed = object["status", "observedGeneration"]?.integer
  let mustTell = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(object["kind"]?.string ?? "")
  guard generation > (observed ?? (mustTell ? 0 : generation)) else { return nil }
  return ObjectHealth(.progressing, "Waiting for the controller to observe generation \(generation)")
}

private func ownHealth(of object: Node) -> ObjectHealth {
  let apiVersion = object["apiVersion"]?.string ?? ""
  let group = apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : ""
  switch (group, object["kind"]?.string ?? "") {
  case ("apps", "Deployment"), ("extensions", "Deployment"): return deploymentHealth(object)
  case ("apps", "StatefulSet"): return statefulSetHealth(object)
  case ("apps", "DaemonSet"), ("extensions", "DaemonSet"): return daemonSetHealth(object)
  case ("apps", "ReplicaSet"), ("extensions", "ReplicaSet"): return replicaSetHealth(object)
  case ("batch", "Job"): return jobHealth(object)
  case ("", "Pod"): return podHealth(object)
  case ("", "PersistentVolumeClaim"): return claimHealth(object)
  case ("", "Service"): return serviceHealth(object)
  case ("", "Namespace"): return namespaceHealth(object)
  case ("networking.k8s.io", "Ingress"), ("extensions", "Ingress"): return ingressHealth(object)
  case ("autoscaling", "HorizontalPodAutoscaler"): return autoscalerHealth(object)
  case ("apiextensions.k8s.io", "CustomResourceDefinition"): return definitionHealth(object)
  case ("apiregistration.k8s.io", "APIService"): return apiServiceHealth(object)
  default: return standardConditionsHealth(object)
  }
}

/// One entry of `status.conditions`.
struct Condition {
  var type: String
  var status: String
  var reason: String
  var message: String

  init(_ node: Node) {
    type = node["type"]?.string ?? ""
    status = node["status"]?.string ?? ""
    reason = node["reason"]?.string ?? ""
    message = node["message"]?.string ?? ""
  }

  var isTrue: Bool { status == "True" }

  /// `Reason: message`, or what there is of it.
  var text: String { [reason, message].filter { !$0.isEmpty }.joined(separator: ": ") }

  static func all(of object: Node) -> [Condition] { (object["status", "conditions"]?.array ?? []).map(Condition.init) }
}

/// kstatus: Stalled is Degraded, Reconciling and a Ready that is not True are Progressing. An object without any of
/// them has no health.
private func standardConditionsHealth(_ object: Node) -> ObjectHealth {
  let conditions = Condition.all(of: object)
  if let stalled = conditions.first(where: { $0.type == "Stalled" && $0.isTrue }) {
    return ObjectHealth(.degraded, stalled.text)
  }
  if let busy = conditions.first(where: { $0.type == "Reconciling" && $0.isTrue }) {
    return ObjectHealth(.progressing, busy.text)
  }
  guard let ready = conditions.first(where: { $0.type == "Ready" }) else { return ObjectHealth(nil) }
  return ready.isTrue ? ObjectHealth(.healthy) : ObjectHealth(.progressing, ready.text)
}
