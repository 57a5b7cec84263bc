import FleetModel
import Manifest

// The rules of the kinds that run no Pods.

func claimHealth(_ object: Node) -> ObjectHealth {
  switch object["status", "phase"]?.string ?? "" {
  case "Bound": ObjectHealth(.healthy)
  case "Lost": ObjectHealth(.degraded, "The volume of the claim is lost")
  case "Pending", "": ObjectHealth(.progressing, "The claim waits for a volume")
  case let phase: ObjectHealth(.unknown, "Unknown phase \(phase)")
  }
}

func serviceHealth(_ object: Node) -> ObjectHealth {
  guard object["spec", "type"]?.string == "LoadBalancer", !hasAddress(object) else { return ObjectHealth(.healthy) }
  return ObjectHealth(.progressing, "The load balancer has no address yet")
}

func ingressHealth(_ object: Node) -> ObjectHealth {
  hasAddress(object) ? ObjectHealth(.healthy) : ObjectHealth(.progressing, "The ingress has no address yet")
}

private func hasAddress(_ object: Node) -> Bool {
  object["status", "loadBalancer", "ingress"]?.array?.isEmpty == false
}

func namespaceHealth(_ object: Node) -> ObjectHealth {
  object["status", "phase"]?.string == "Terminating"
    ? ObjectHealth(.progressing, "Pending deletion") : ObjectHealth(.healthy)
}

/// A definition serves its objects only when it is Established.
func definitionHealth(_ object: Node) -> ObjectHealth {
  let conditions = Condition.all(of: object)
  guard !conditions.isEmpty else { return ObjectHealth(.progressing, "Status conditions not found") }
  if let leaving = conditions.first(where: { $0.type == "Terminating" && $0.isTrue }) {
    return ObjectHealth(.progressing, leaving.text)
  }
  if let refused = conditions.first(where: { $0.type == "NamesAccepted" && $0.status == "False" }) {
    return ObjectHealth(.degraded, refused.text)
  }
  if let loose = conditions.first(where: { $0.type == "NonStructuralSchema" && $0.isTrue }) {
    return ObjectHealth(.degraded, loose.text)
  }
  guard let established = conditions.first(where: { $0.type == "Established" }) else {
    return ObjectHealth(.progressing, "Waiting to be established")
  }
  if established.isTrue { return ObjectHealth(.healthy) }
  return ObjectHealth(established.reason == "Installing" ? .progressing : .degraded, established.text)
}

func apiServiceHealth(_ object: Node) -> ObjectHealth {
  guard let available = Condition.all(of: object).first(where: { $0.type == "Available" }) else {
    return ObjectHealth(.progressing, "Waiting to be processed")
  }
  return available.isTrue ? ObjectHealth(.healthy) : ObjectHealth(.progressing, available.text)
}

/// The old version of the kind carries its conditions as JSON in an annotation.
func autoscalerHealth(_ object: Node) -> ObjectHealth {
  let waiting = ObjectHealth(.progressing, "Waiting to autoscale")
  let conditions: [Condition]
  if object["apiVersion"]?.string == "autoscaling/v1" {
    let text = object["metadata", "annotations", "autoscaling.alpha.kubernetes.io/conditions"]?.string ?? ""
    guard let parsed = try? JSON.parse(Array(text.utf8)), let list = parsed.array else { return waiting }
    conditions = list.map(Condition.init)
  } else {
    conditions = Condition.all(of: object)
  }
  for condition in conditions {
    let reason = condition.reason
    let failed =
      switch condition.type {
      case "AbleToScale": reason == "FailedGetScale" || reason == "FailedUpdateScale"
      case "ScalingActive":
        reason == "InvalidSelector" || (reason.hasPrefix("FailedGet") && reason.hasSuffix("Metric"))
      default: false
      }
    if failed { return ObjectHealth(.degraded, condition.text) }
    if condition.isTrue, condition.type == "AbleToScale" || condition.type == "ScalingLimited" {
      return ObjectHealth(.healthy)
    }
  }
  return waiting
}
