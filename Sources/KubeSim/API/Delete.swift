import FleetModel
import Manifest

extension ClusterState {
  private struct DeleteOptions {
    var propagation: String
    var graceSeconds: Int?
    var uid: String?
    var resourceVersion: String?
    var isDryRun: Bool
  }

  private func deleteOptions(_ call: Call) throws(APIFailure) -> DeleteOptions {
    let body = call.request.body.isEmpty ? nil : try Body.parse(call)
    let policy = call.request.query["propagationPolicy"] ?? body?["propagationPolicy"]?.string
    if let policy, !["Foreground", "Background", "Orphan"].contains(policy) {
      throw .invalid(
        kind: "DeleteOptions", group: "meta.k8s.io", "",
        [
          FieldCause(
            reason: "FieldValueNotSupported",
            message:
              "Unsupported value: \(JSONText.text(.text(policy))): supported values: \"Foreground\", \"Background\", "
              + "\"Orphan\", \"nil\"", field: "propagationPolicy")
        ])
    }
    if let policy, body?["orphanDependents"] != nil {
      throw .invalid(
        kind: "DeleteOptions", group: "meta.k8s.io", "",
        [
          .invalid(
            "propagationPolicy", .text(policy), "orphanDependents and deletionPropagation cannot be both set")
        ])
    }
    let orphans = body?["orphanDependents"]?.boolean.map { $0 ? "Orphan" : "Background" }
    return DeleteOptions(
      propagation: policy ?? orphans ?? "Background",
      graceSeconds: call.request.query["gracePeriodSeconds"].flatMap { Int($0) }
        ?? body?["gracePeriodSeconds"]?.integer.map { Int($0) },
      uid: body?["preconditions", "uid"]?.string,
      resourceVersion: body?["preconditions", "resourceVersion"]?.string,
      isDryRun: call.isDryRun || body?["dryRun"]?.array?.contains("All") == true)
  }

  mutating func delete(_ call: Call) throws(APIFailure) -> KubeResponse {
    let target = call.target
    guard target.subresource.isEmpty else { throw .methodNotAllowed }
    let options = try deleteOptions(call)
    let live = try existing(target)
    if let uid = options.uid, uid != live.uid {
      throw .conflict(
        target.type, target.name,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(live.uid)). The object might have been "
          + "deleted and then recreated", kind: target.type.kind)
    }
    if let version = options.resourceVersion, version != live.resourceVersion {
      throw .conflict(
        target.type, target.name,
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
          + "(\(live.resourceVersion)). The object might have been modified", kind: target.type.kind)
    }
    if target.type.kind == "Namespace", ["default", "kube-system", "kube-public"].contains(target.name) {
      throw .forbidden(target.type, target.name, "this namespace may not be deleted")
    }
    try admit(call, live, old: live, name: target.name)
    let (stored, isGone) = remove(
      live, target.type, propagation: options.propagation, graceSeconds: options.graceSeconds,
      isDryRun: options.isDryRun)
    if isGone, !Self.answersWithObject.contains(target.type.kind) {
      var details: Node = ["name": .text(target.name)]
      if !target.type.group.isEmpty { details["group"] = .text(target.type.group) }
      details["kind"] = .text(target.type.plural)
      details["uid"] = .text(live.uid)
      return KubeResponse(
        200,
        ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details])
    }
    return present(isGone ? live : stored, call)
  }

  /// Kinds whose deletion is answered with the object instead of a Status (exchange 075).
  private static let answersWithObject: Set<String> = [
    "Pod", "Service", "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota",
  ]

  /// Removes an object, or marks it when finalizers, a grace period or its contents hold it.
  mutating func remove(
    _ live: Node, _ type: ResourceType, propagation: String, graceSeconds: Int?, isDryRun: Bool = false
  ) -> (stored: Node, isGone: Bool) {
    var marked = live
    var finalizers = live.finalizers
    if !live.isDeleting {
      if propagation == "Foreground", !finalizers.contains("foregroundDeletion") {
        finalizers.append("foregroundDeletion")
      }
      if propagation == "Orphan", !finalizers.contains("orphan") { finalizers.append("orphan") }
      if finalizers != live.finalizers { marked.set(["metadata", "finalizers"], .list(finalizers.map { .text($0) })) }
    }
    var grace = 0
    if type.kind == "Pod", options.runsControllers, live["spec", "nodeName"] != nil {
      grace = graceSeconds ?? Int(live["spec", "terminationGracePeriodSeconds"]?.integer ?? 30)
      if ["Succeeded", "Failed"].contains(live["status", "phase"]?.string ?? "") { grace = 0 }
    }
    let holdsContents = type.kind == "Namespace" && live["spec", "finalizers"]?.array?.isEmpty == false
    guard !finalizers.isEmpty || grace > 0 || holdsContents else {
      if isDryRun { return (live, true) }
      return (commit(type, old: live, new: nil), true)
    }
    if live.isDeleting, grace >= Int(live["metadata", "deletionGracePeriodSeconds"]?.integer ?? 0) || !(grace > 0) {
      return (live, false)
    }
    marked.set(["metadata", "deletionTimestamp"], .text(Timestamp.text(now + .seconds(grace))))
    if type.kind == "Namespace" {
      marked.set(["status", "phase"], "Terminating")
    } else {
      marked.set(["metadata", "deletionGracePeriodSeconds"], .number(grace))
      if type.tracksGeneration { marked.set(["metadata", "generation"], .number(live.generation + 1)) }
    }
    Body.orderMetadata(&marked)
    if isDryRun { return (marked, false) }
    return (commit(type, old: live, new: marked), false)
  }

  mutating func deleteCollection(_ call: Call) throws(APIFailure) -> KubeResponse {
    let type = call.target.type
    let labels = try call.request.query["labelSelector"].map { text throws(APIFailure) in try LabelQuery(text) }
    let fields = try call.request.query["fieldSelector"].map { text throws(APIFailure) in
      try FieldQuery(text, type)
    }
    let options = try deleteOptions(call)
    var removed: [Node] = []
    let before = version
    for live in objects(type.storage, namespace: call.target.namespace) {
      guard labels?.matches(live) ?? true, fields?.matches(live) ?? true else { continue }
      if type.kind == "Namespace", live.objectName.hasPrefix("kube-") || live.objectName == "default" { continue }
      // The answer shows the objects as they were listed (exchange 077).
      _ = remove(
        live, type, propagation: options.propagation, graceSeconds: options.graceSeconds, isDryRun: options.isDryRun)
      var item = Self.shown(live, type)
      if !type.isCustom {
        item["kind"] = nil
        item["apiVersion"] = nil
      }
      removed.append(item)
    }
    return KubeResponse(
      200,
      [
        "kind": .text(type.listKind), "apiVersion": .text(type.apiVersion),
        "metadata": ["resourceVersion": .text(String(before))], "items": .list(removed),
      ])
  }

  // MARK: Scale

  /// The `scale` subresource (exchange 061).
  mutating func scale(_ call: Call, _ verb: String) throws(APIFailure) -> KubeResponse {
    let target = call.target
    let live = try existing(target)
    let replicasPath = target.type.custom?.replicasPath ?? ["spec", "replicas"]
    if verb != "get" {
      var wanted: Node
      let document = scaleDocument(live, target.type)
      let kind = call.request.contentType
      if verb == "update" {
        wanted = try Body.parse(call)
      } else if kind.hasPrefix("application/json-patch") {
        wanted = try JSONPatch.apply(try Body.parse(call), to: document)
      } else if kind.hasPrefix("application/apply-patch") {
        throw .notImplemented("apply on the scale subresource")
      } else {
        wanted = MergePatch.apply(try Body.parse(call), to: document)
      }
      let requested = wanted.resourceVersion
      if !requested.isEmpty, requested != live.resourceVersion { throw .stale(target.type, target.name) }
      let replicas = wanted["spec", "replicas"]?.integer ?? 0
      if replicas < 0 {
        throw .invalid(
          kind: "Scale", group: "autoscaling", target.name,
          [.invalid("spec.replicas", .number(Int(replicas)), "must be greater than or equal to 0")])
      }
      var changed = live
      changed.set(replicasPath, .number(Int(replicas)))
      // The change belongs to the scale subresource, and everything else is checked as usual.
      let stored = try replace(live, with: changed, call)
      return KubeResponse(200, scaleDocument(stored, target.type))
    }
    return KubeResponse(200, scaleDocument(live, target.type))
  }

  private func scaleDocument(_ object: Node, _ type: ResourceType) -> Node {
    var metadata = Object()
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      if let value = object["metadata", field] { metadata[field] = value }
    }
    let replicas = object.at(type.custom?.replicasPath ?? ["spec", "replicas"]) ?? 0
    var status: Node = ["replicas": object.at(type.custom?.statusReplicasPath ?? ["status", "replicas"]) ?? 0]
    let labels = object["spec", "selector", "matchLabels"]?.object?.entries ?? []
    if !labels.isEmpty {
      status["selector"] = .text(
        labels.map { "\($0.key)=\($0.value.string ?? "")" }.sorted().joined(separator: ","))
    }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": Node(.object(metadata)),
      "spec": ["replicas": replicas], "status": status,
    ]
  }

  // MARK: Admission

  /// Namespaces must exist and live; the scenario may refuse, and webhooks.
  mutating func admit(_ call: Call, _ object: Node, old: Node?, name: String) throws(APIFailure) {
    let type = call.target.type
    if type.isNamespaced, old == nil, call.request.method != "DELETE" {
      let namespaceType = ResourceType.named("Namespace")
      guard let namespace = self.object(ObjectKey(namespaceType, "", call.target.namespace)) else {
        throw .notFound(namespaceType, call.target.namespace)
      }
      if namespace.isDeleting {
        throw .forbidden(
          type, name,
          "unable to create new content in namespace \(call.target.namespace) because it is being terminated",
          causes: [
            FieldCause(
              reason: "NamespaceTerminating", message: "namespace \(call.target.namespace) is being terminated",
              field: "metadata.namespace"
            ).document
          ])
      }
    }
    if call.request.method != "DELETE", call.target.subresource.isEmpty,
      let refusal = scenario.refusal(cluster: options.name, kind: type.kind, object: object)
    {
      if refusal.code == 422 {
        throw .invalid(type, name, [.forbidden(refusal.field, refusal.message)])
      }
      throw .forbidden(type, name, refusal.message)
    }
    try askWebhooks(call, object, old: old)
  }
}
