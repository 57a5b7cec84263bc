import FleetModel
import Manifest

/// The controllers: each looks at one object, does the next thing that is due, and says when to look again.
/// They follow `kube-facts/health`; the built-in ones are those of kube-controller-manager, the scheduler and kubelet.
extension ClusterState {
  mutating func reconcile(_ key: ObjectKey) {
    guard let type = type(key.storage), let live = object(key) else { return }
    if live.isDeleting {
      finishDeletion(key, type, live)
      return
    }
    switch type.kind {
    case "Deployment": reconcileDeployment(key, live)
    case "ReplicaSet": reconcileReplicaSet(key, live)
    case "Pod": reconcilePod(key, live)
    case "StatefulSet": reconcileStatefulSet(key, live)
    case "DaemonSet": reconcileDaemonSet(key, live)
    case "Job": reconcileJob(key, live)
    case "PersistentVolumeClaim": reconcileClaim(key, live)
    case "Service": reconcileService(key, live)
    case "CustomResourceDefinition": reconcileDefinition(key, live)
    case "PodDisruptionBudget": reconcileBudget(key, live)
    case "ResourceQuota": reconcileQuota(key, live)
    case "HorizontalPodAutoscaler": reconcileAutoscaler(key, live)
    default: break
    }
  }

  // MARK: Writing as a controller

  private static let controllerName = "kube-controller-manager"

  /// Creates an object as a controller does.
  @discardableResult
  mutating func controllerCreate(_ kind: String, _ object: Node, namespace: String) -> Node? {
    let type = ResourceType.named(kind)
    var new = object
    new["kind"] = .text(type.kind)
    new["apiVersion"] = .text(type.apiVersion)
    if type.isNamespaced { new.set(["metadata", "namespace"], .text(namespace)) }
    guard self.object(ObjectKey(type, namespace, new.objectName)) == nil else { return nil }
    new = Defaults.apply(type, to: new)
    do throws(APIFailure) {
      denial = nil
      try Strategy.prepareForCreate(type, &new, &self)
      if type.kind == "Pod" {
        if let refusal = scenario.refusal(cluster: options.name, namedKind: "Pod", object: new) {
          throw .forbidden(type, new.objectName, refusal.message)
        }
        try checkQuotas(type, new, name: new.objectName, namespace: namespace)
      }
    } catch {
      denial = error.message
      return nil
    }
    stampNew(&new, type)
    let target = Target(type: type, namespace: namespace, name: new.objectName, subresource: "")
    fieldManager(target).update(live: nil, new: new, owners: ManagedFields(), manager: Self.controllerName)
      .write(to: &new)
    Body.orderMetadata(&new)
    if type.kind == "Pod" { podStarts[new.uid] = now.millisecondsSinceEpoch }
    return commit(type, old: nil, new: new)
  }

  /// Changes an object as a controller does; nothing happens when the change changes nothing.
  @discardableResult
  mutating func controllerUpdate(
    _ key: ObjectKey, subresource: String = "status", manager: String = "kube-controller-manager",
    _ change: (inout Node) -> Void
  ) -> Node? {
    guard let type = type(key.storage), let live = object(key) else { return nil }
    var new = live
    change(&new)
    guard new != live else { return live }
    if type.tracksGeneration, new["spec"] != live["spec"] {
      new.set(["metadata", "generation"], .number(live.generation + 1))
    }
    let target = Target(type: type, namespace: key.namespace, name: key.name, subresource: subresource)
    fieldManager(target).update(live: live, new: new, owners: ManagedFields(of: live), manager: manager)
      .write(to: &new)
    Body.orderMetadata(&new)
    return commit(type, old: live, new: new)
  }

  /// The objects of a kind whose controller is the owner.
  func dependents(_ kind: String, of owner: Node) -> [Node] {
    let (uid, namespace) = (owner.uid, owner.objectNamespace)
    let storage = ResourceType.named(kind).storage
    return (owned[uid] ?? []).filter { $0.storage == storage && $0.namespace == namespace }.sorted()
      .compactMap { object($0) }.filter { $0.controllerOwner?["uid"]?.string == uid }
  }

  static func ownerReference(_ owner: Node, _ kind: String) -> Node {
    [
      "apiVersion": .text(ResourceType.named(kind).apiVersion), "kind": .text(kind), "name": .text(owner.objectName),
      "uid": .text(owner.uid), "controller": true, "blockOwnerDeletion": true,
    ]
  }

  // MARK: Conditions

  /// Sets a condition, keeping the transition time while the status stays.
  static func setCondition(
    _ now: Instant, _ object: inout Node, _ type: String, _ status: String, _ reason: String, _ message: String,
    update: Bool = false
  ) {
    var conditions = object["status", "conditions"]?.array ?? []
    let time = Timestamp.text(now)
    let index = conditions.firstIndex { $0["type"]?.string == type }
    let present = index.map { conditions[$0] }
    if let present, present["status"]?.string == status, present["reason"]?.string == reason,
      present["message"]?.string == message, !update
    {
      return
    }
    var condition: Node = ["type": .text(type), "status": .text(status)]
    condition["lastUpdateTime"] = .text(time)
    condition["lastTransitionTime"] =
      present?["status"]?.string == status ? present?["lastTransitionTime"] ?? .text(time) : .text(time)
    if !reason.isEmpty { condition["reason"] = .text(reason) }
    if !message.isEmpty { condition["message"] = .text(message) }
    if let index { conditions.remove(at: index) }
    conditions.append(condition)
    object.set(["status", "conditions"], .list(conditions))
  }

  static func removeCondition(_ object: inout Node, _ type: String) {
    let kept = (object["status", "conditions"]?.array ?? []).filter { $0["type"]?.string != type }
    object.set(["status", "conditions"], kept.isEmpty ? nil : .list(kept))
  }

  static func condition(_ object: Node, _ type: String) -> Node? {
    object["status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  // MARK: Deletion

  private mutating func finishDeletion(_ key: ObjectKey, _ type: ResourceType, _ live: Node) {
    if type.kind == "Namespace" {
      finishNamespace(key, type, live)
      return
    }
    if type.kind == "Pod", live.finalizers.isEmpty {
      let deleted = podStops[live.uid] ?? now.millisecondsSinceEpoch
      if podStops[live.uid] == nil { podStops[live.uid] = deleted }
      let gone = deleted + Int64(scenario.podStopMilliseconds)
      if now.millisecondsSinceEpoch < gone {
        wake(key, afterMilliseconds: Int(gone - now.millisecondsSinceEpoch))
        return
      }
      podStops[live.uid] = nil
      podStarts[live.uid] = nil
      _ = commit(type, old: live, new: nil)
      return
    }
    var finalizers = live.finalizers
    if finalizers.contains("orphan") {
      for dependent in allDependents(of: live) { releaseDependent(dependent, from: live) }
      finalizers.removeAll { $0 == "orphan" }
    }
    if finalizers.contains("foregroundDeletion") {
      let blocking = allDependents(of: live)
      for dependent in blocking where !dependent.isDeleting {
        if let dependentType = self.typeOf(dependent) {
          _ = remove(dependent, dependentType, propagation: "Foreground", graceSeconds: nil)
        }
      }
      if allDependents(of: live).isEmpty {
        finalizers.removeAll { $0 == "foregroundDeletion" }
      } else {
        wake(key, afterMilliseconds: 30)
      }
    }
    guard finalizers != live.finalizers else { return }
    var changed = live
    changed.set(["metadata", "finalizers"], finalizers.isEmpty ? nil : .list(finalizers.map { .text($0) }))
    guard let current = object(key) else { return }
    if finalizers.isEmpty {
      _ = commit(type, old: current, new: nil)
    } else {
      _ = commit(type, old: current, new: changed)
    }
  }

  func typeOf(_ object: Node) -> ResourceType? {
    let version = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    for served in types.values {
      if let type = served.first(where: { $0.kind == kind && $0.apiVersion == version }) { return type }
    }
    return nil
  }

  private func allDependents(of owner: Node) -> [Node] {
    let namespace = owner.objectNamespace
    return objects(ownedBy: owner.uid).filter { namespace.isEmpty || $0.objectNamespace == namespace }
  }

  private mutating func releaseDependent(_ dependent: Node, from owner: Node) {
    guard let type = typeOf(dependent) else { return }
    let kept = (dependent["metadata", "ownerReferences"]?.array ?? []).filter { $0["uid"]?.string != owner.uid }
    controllerUpdate(
      ObjectKey(type, dependent.objectNamespace, dependent.objectName), subresource: ""
    ) { object in
      object.set(["metadata", "ownerReferences"], kept.isEmpty ? nil : .list(kept))
    }
  }

  /// Removes what only a gone owner held.
  mutating func collectGarbage(ownerUID: String) {
    guard options.runsControllers else { return }
    for dependent in objects(ownedBy: ownerUID) where !dependent.isDeleting {
      guard let type = typeOf(dependent) else { continue }
      let references = dependent["metadata", "ownerReferences"]?.array ?? []
      let isHeld = references.contains { reference in
        reference["uid"]?.string != ownerUID && exists(reference, namespace: dependent.objectNamespace)
      }
      if !isHeld { _ = remove(dependent, type, propagation: "Background", graceSeconds: nil) }
    }
  }

  func exists(_ reference: Node, namespace: String) -> Bool {
    guard let kind = reference["kind"]?.string, let name = reference["name"]?.string else { return false }
    for served in types.values {
      guard let type = served.first(where: { $0.kind == kind }) else { continue }
      if let object = object(ObjectKey(type, namespace, name)), object.uid == reference["uid"]?.string { return true }
    }
    return false
  }

  private mutating func finishNamespace(_ key: ObjectKey, _ type: ResourceType, _ live: Node) {
    var remains = false
    for storage in collections.keys.sorted() {
      guard let contentType = self.type(storage), contentType.isNamespaced else { continue }
      for object in objects(storage, namespace: key.name) {
        if !object.isDeleting {
          _ = remove(object, contentType, propagation: "Background", graceSeconds: 0)
        }
        remains = remains || self.object(ObjectKey(contentType, key.name, object.objectName)) != nil
      }
    }
    if remains {
      wake(key, afterMilliseconds: 30)
      return
    }
    guard let current = object(key), current.finalizers.isEmpty else { return }
    _ = commit(type, old: current, new: nil)
  }
}
