import FleetModel
import Manifest

// The rules of the kinds that run Pods. The generation fence is checked before any of them is asked.

func deploymentHealth(_ object: Node) -> ObjectHealth {
  if object["spec", "paused"]?.boolean == true { return ObjectHealth(.suspended, "Deployment is paused") }
  let conditions = Condition.all(of: object)
  if let late = conditions.first(where: { $0.type == "Progressing" && $0.reason == "ProgressDeadlineExceeded" }) {
    return ObjectHealth(.degraded, late.text)
  }
  let updated = count(object, "updatedReplicas")
  let total = count(object, "replicas")
  let available = count(object, "availableReplicas")
  // A refused Pod (quota, admission) shows only here; it explains the wait without ending it.
  let refused = conditions.first { $0.type == "ReplicaFailure" && $0.isTrue }.map { "; \($0.text)" } ?? ""
  if let wanted = object["spec", "replicas"]?.integer, updated < wanted {
    return ObjectHealth(.progressing, "\(updated) of \(wanted) replicas are updated\(refused)")
  }
  if total > updated {
    return ObjectHealth(.progressing, "\(total - updated) old replicas wait to be terminated\(refused)")
  }
  if available < updated {
    return ObjectHealth(.progressing, "\(available) of \(updated) updated replicas are available\(refused)")
  }
  return ObjectHealth(.healthy)
}

func statefulSetHealth(_ object: Node) -> ObjectHealth {
  let wanted = object["spec", "replicas"]?.integer
  let ready = count(object, "readyReplicas")
  if let wanted, ready < wanted { return ObjectHealth(.progressing, "\(ready) of \(wanted) replicas are ready") }
  let strategy = object["spec", "updateStrategy"]
  if strategy?["type"]?.string == "OnDelete" { return ObjectHealth(.healthy) }
  if let partition = strategy?["rollingUpdate", "partition"]?.integer, partition > 0, let wanted {
    let updated = count(object, "updatedReplicas")
    guard updated < wanted - partition else { return ObjectHealth(.healthy) }
    return ObjectHealth(.progressing, "\(updated) of \(wanted - partition) replicas above the partition are updated")
  }
  let update = object["status", "updateRevision"]?.string ?? ""
  guard update == object["status", "currentRevision"]?.string ?? "" else {
    return ObjectHealth(.progressing, "\(count(object, "updatedReplicas")) replicas are at revision \(update)")
  }
  return ObjectHealth(.healthy)
}

func daemonSetHealth(_ object: Node) -> ObjectHealth {
  if object["spec", "updateStrategy", "type"]?.string == "OnDelete" { return ObjectHealth(.healthy) }
  let desired = count(object, "desiredNumberScheduled")
  let updated = count(object, "updatedNumberScheduled")
  if updated < desired { return ObjectHealth(.progressing, "\(updated) of \(desired) Pods are updated") }
  let available = count(object, "numberAvailable")
  if available < desired { return ObjectHealth(.progressing, "\(available) of \(desired) Pods are available") }
  return ObjectHealth(.healthy)
}

func replicaSetHealth(_ object: Node) -> ObjectHealth {
  if let failure = Condition.all(of: object).first(where: { $0.type == "ReplicaFailure" && $0.isTrue }) {
    return ObjectHealth(.degraded, failure.text)
  }
  let available = count(object, "availableReplicas")
  guard let wanted = object["spec", "replicas"]?.integer, available < wanted else { return ObjectHealth(.healthy) }
  return ObjectHealth(.progressing, "\(available) of \(wanted) replicas are available")
}

func jobHealth(_ object: Node) -> ObjectHealth {
  let conditions = Condition.all(of: object).filter(\.isTrue)
  if let failed = conditions.first(where: { $0.type == "Failed" }) { return ObjectHealth(.degraded, failed.text) }
  if conditions.contains(where: { $0.type == "Complete" }) { return ObjectHealth(.healthy) }
  if let held = conditions.first(where: { $0.type == "Suspended" }) { return ObjectHealth(.suspended, held.text) }
  return ObjectHealth(.progressing, "Job is running")
}

private func count(_ object: Node, _ field: String) -> Int64 { object["status", field]?.integer ?? 0 }
