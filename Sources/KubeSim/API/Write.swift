import FleetModel
import Manifest

extension ClusterState {
  /// Fields of the other endpoints, which a write through this one ignores.
  private static let statusFields: FieldSet = {
    var set = FieldSet()
    set.insert(["f:status"])
    return set
  }()

  func fieldManager(_ target: Target) -> FieldManager {
    let isStatus = target.subresource == "status"
    var ignored = FieldSet()
    if target.type.hasStatus, !isStatus { ignored = Self.statusFields }
    if isStatus {
      ignored.insert(["f:spec"])
      ignored.insert(["f:metadata", "f:labels"])
      if target.type.isCustom { ignored.insert(["f:metadata"]) }
    }
    return FieldManager(
      type: target.type.fieldType, apiVersion: target.type.apiVersion,
      subresource: target.subresource == "finalize" ? "" : target.subresource, ignored: ignored,
      now: Timestamp.text(now))
  }

  // MARK: Create

  mutating func create(_ call: Call) throws(APIFailure) -> KubeResponse {
    let type = call.target.type
    var body = try Body.object(call, allowUntyped: true)
    var warnings: [String] = []
    body = try prepare(body, call, warnings: &warnings)
    try Body.checkNamespace(body, call.target)
    if body["metadata", "resourceVersion"]?.string.map({ !$0.isEmpty }) == true {
      throw APIFailure(500, "", "resourceVersion should not be set on objects to be created")
    }
    var name = body.objectName
    if name.isEmpty, let prefix = body["metadata", "generateName"]?.string, !prefix.isEmpty {
      name = String(prefix.prefix(58)) + random.suffix()
      body.set(["metadata", "name"], .text(name))
    }
    guard !name.isEmpty else {
      throw .invalid(type, "", [.required("metadata.name", "name or generateName is required")])
    }
    if type.isNamespaced { body.set(["metadata", "namespace"], .text(call.target.namespace)) }
    try admit(call, body, old: nil, name: name)
    let key = ObjectKey(type, call.target.namespace, name)
    if let present = object(key) { throw .alreadyExists(type, name, deleting: present.isDeleting) }
    let stored = try insert(body, call, name: name) { state, object in
      var owners = ManagedFields()
      owners = state.fieldManager(call.target).update(
        live: nil, new: object, owners: owners, manager: call.manager)
      return owners
    }
    return present(stored, call, status: 201, warnings: warnings)
  }

  /// Stores a new object: the strategy's part of a creation, for POST and apply.
  private mutating func insert(
    _ object: Node, _ call: Call, name: String,
    owners: (inout ClusterState, Node) throws(APIFailure) -> ManagedFields
  ) throws(APIFailure) -> Node {
    let type = call.target.type
    var new = object
    new["kind"] = .text(type.kind)
    new["apiVersion"] = .text(type.apiVersion)
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "uid"] {
      new.set(["metadata", field], nil)
    }
    if type.hasStatus, type.isCustom || Self.dropsStatusOnCreate.contains(type.kind) { new["status"] = nil }
    Body.tidy(&new, type)
    new = Defaults.apply(type, to: new)
    // What the server itself fills in below belongs to nobody (exchange 016).
    let managed = try owners(&self, new)
    if let schema = type.custom?.schema { new = StructuralSchema.defaulted(new, schema) }
    let clientGeneration = new["metadata", "generation"]
    stampNew(&new, type)
    if !type.tracksGeneration, let clientGeneration { new.set(["metadata", "generation"], clientGeneration) }
    try Strategy.prepareForCreate(type, &new, &self)
    try Validation.check(type, new, old: nil, state: self)
    // Quotas have the last word, when all else is well.
    if type.isNamespaced { try checkQuotas(type, new, name: name, namespace: call.target.namespace) }
    managed.write(to: &new)
    Body.orderMetadata(&new)
    if call.isDryRun { return new }
    if type.kind == "Pod" { podStarts[new.uid] = now.millisecondsSinceEpoch }
    return commit(type, old: nil, new: new)
  }

  private static let dropsStatusOnCreate: Set<String> = [
    "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "Namespace", "Ingress",
    "PersistentVolumeClaim", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ResourceQuota",
    "CustomResourceDefinition",
  ]

  // MARK: Update

  mutating func update(_ call: Call) throws(APIFailure) -> KubeResponse {
    let target = call.target
    var body = try Body.object(call, allowUntyped: true)
    var warnings: [String] = []
    body = try prepare(body, call, warnings: &warnings)
    guard !body.objectName.isEmpty else {
      throw .badRequest(
        "the name of the object (\(target.name) based on URL) was undeterminable: name must be provided")
    }
    try Body.checkName(body, target)
    try Body.checkNamespace(body, target)
    if target.type.isCustom, body.resourceVersion.isEmpty {
      throw .invalid(
        kind: target.type.plural, group: target.type.group, target.name,
        [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
    }
    if target.type.kind == "Lease", object(target.key) == nil { return try create(call) }
    let live = try existing(target)
    let provided = body["metadata", "uid"]?.string ?? ""
    if !provided.isEmpty, provided != live.uid {
      throw .conflict(
        target.type, target.name,
        "StorageError: invalid object, Code: 4, Key: /c1/\(target.type.plural)/\(target.namespace)/\(target.name), "
          + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(provided), "
          + "UID in object meta: \(live.uid)")
    }
    let stored = try replace(live, with: body, call)
    return present(stored, call, warnings: warnings)
  }

  /// Stores a changed object: the common part of PUT and of all patches but apply.
  mutating func replace(_ live: Node, with body: Node, _ call: Call) throws(APIFailure) -> Node {
    var new = body
    let resetOwners = body["metadata", "managedFields"]?.array.map {
      $0.isEmpty || $0.allSatisfy { $0.object?.isEmpty ?? true }
    }
    new = try prepareReplacement(live, new, call)
    var owners = ManagedFields(of: resetOwners == true ? nil : body["metadata", "managedFields"] == nil ? live : body)
    if resetOwners == true { owners = ManagedFields() }
    let manager = fieldManager(call.target)
    owners =
      resetOwners == true && Self.sameBut(live, new)
      ? owners : manager.update(live: live, new: new, owners: owners, manager: call.manager)
    return try finish(live, new, owners, call)
  }

  private func prepareReplacement(_ live: Node, _ body: Node, _ call: Call) throws(APIFailure) -> Node {
    let target = call.target
    let type = target.type
    var new = body
    let requested = new.resourceVersion
    if !requested.isEmpty, requested != "0", requested != live.resourceVersion {
      guard UInt64(requested) != nil else {
        throw APIFailure(500, "", "strconv.ParseUint: parsing \(JSONText.text(.text(requested))): invalid syntax")
      }
      throw .stale(type, target.name)
    }
    new["kind"] = .text(type.kind)
    new["apiVersion"] = .text(type.apiVersion)
    if type.isNamespaced { new.set(["metadata", "namespace"], .text(target.namespace)) }
    new.set(["metadata", "name"], .text(target.name))
    // Server-owned metadata stays what it is.
    for field in [
      "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink",
      "resourceVersion", "managedFields",
    ] {
      new.set(["metadata", field], live["metadata", field])
    }
    new.setDefault(["metadata", "uid"], .text(live.uid))
    switch target.subresource {
    case "status":
      var kept = live
      kept["status"] = new["status"]
      if !type.isCustom {
        kept["metadata"] = new["metadata"]
        kept.set(["metadata", "labels"], live["metadata", "labels"])
      }
      new = kept
    case "finalize":
      var kept = live
      kept.set(["spec"], new["spec"])
      new = kept
    default:
      if type.hasStatus { new["status"] = live["status"] }
    }
    Body.tidy(&new, type)
    if target.subresource != "finalize" { new = Defaults.apply(type, to: new) }
    Strategy.prepareForUpdate(type, &new, live: live)
    return new
  }

  /// Validates, counts the generation, and stores or, when nothing changed, does not (exchange 039).
  private mutating func finish(_ live: Node, _ new: Node, _ owners: ManagedFields, _ call: Call) throws(APIFailure)
    -> Node
  {
    let type = call.target.type
    var new = new
    try admit(call, new, old: live, name: call.target.name)
    try Validation.check(type, new, old: live, state: self)
    let isSame = Self.sameBut(live, new)
    if isSame, owners.isSame(as: ManagedFields(of: live)) { return live }
    if type.tracksGeneration, !isSame, Self.wantedStateDiffers(live, new, type) {
      new.set(["metadata", "generation"], .number(live.generation + 1))
    }
    owners.write(to: &new)
    Body.orderMetadata(&new)
    if call.isDryRun { return new }
    if live.isDeleting, new.finalizers.isEmpty, canVanish(new, type) {
      // The last finalizer is gone: the answer still shows the object, with the version it had.
      _ = commit(type, old: live, new: nil)
      return new
    }
    return commit(type, old: live, new: new)
  }

  private func canVanish(_ object: Node, _ type: ResourceType) -> Bool {
    if type.kind == "Namespace" { return object["spec", "finalizers"]?.array?.isEmpty ?? true }
    return (object["metadata", "deletionGracePeriodSeconds"]?.integer ?? 0) == 0
  }

  private static func sameBut(_ live: Node, _ new: Node) -> Bool {
    var left = live
    var right = new
    for field in ["managedFields", "resourceVersion"] {
      left.set(["metadata", field], nil)
      right.set(["metadata", field], nil)
    }
    return left == right
  }

  private static func wantedStateDiffers(_ live: Node, _ new: Node, _ type: ResourceType) -> Bool {
    if type.isCustom {
      var left = live
      var right = new
      left["metadata"] = nil
      right["metadata"] = nil
      if type.hasStatus {
        left["status"] = nil
        right["status"] = nil
      }
      return left != right
    }
    return live["spec"] != new["spec"] || live["webhooks"] != new["webhooks"]
  }

  // MARK: Patch

  mutating func patch(_ call: Call) throws(APIFailure) -> KubeResponse {
    let kind = call.request.contentType.split(separator: ";").first.map(String.init) ?? ""
    if kind.hasPrefix("application/apply-patch") { return try apply(call) }
    let target = call.target
    let patch = try Body.patch(call)
    let live = try existing(target)
    let shown = Self.shown(live, target.type)
    var new: Node
    switch kind {
    case "application/json-patch+json": new = try JSONPatch.apply(patch, to: shown)
    case "application/merge-patch+json": new = MergePatch.apply(patch, to: shown)
    default:
      new = try StrategicPatch.apply(patch, to: shown, type: target.type.fieldType) ?? Node(.object(Object()))
    }
    let uid = new.uid
    if !uid.isEmpty, uid != live.uid {
      let cause = FieldCause.invalid("metadata.uid", .text(uid), "field is immutable")
      throw .invalid(target.type, target.name, [cause, cause])
    }
    try Body.checkName(new, target)
    try Body.checkNamespace(new, target)
    var warnings: [String] = []
    new = try prepare(new, call, warnings: &warnings)
    return present(try replace(live, with: new, call), call, warnings: warnings)
  }

  // MARK: Server-side apply

  private mutating func apply(_ call: Call) throws(APIFailure) -> KubeResponse {
    let target = call.target
    let type = target.type
    var body = try Body.object(call, allowUntyped: false)
    var warnings: [String] = []
    body = try prepare(body, call, warnings: &warnings)
    try Body.checkName(body, target)
    try Body.checkNamespace(body, target)
    if let duplicate = Body.duplicate(body, type.fieldType) {
      throw Self.untyped(body, call, duplicate)
    }
    if body["metadata", "managedFields"]?.array != nil {
      throw .badRequest("metadata.managedFields must be nil")
    }
    body.set(["metadata", "managedFields"], nil)
    if body["metadata", "creationTimestamp"]?.isNull == true { body.set(["metadata", "creationTimestamp"], nil) }
    let requested = body.resourceVersion
    let provided = body["metadata", "uid"]?.string ?? ""
    body.set(["metadata", "resourceVersion"], nil)
    let manager = fieldManager(target)
    guard let live = object(target.key) else {
      if !target.subresource.isEmpty { throw .notFound(type, target.name) }
      if !provided.isEmpty {
        throw .conflict(
          type, target.name,
          "uid mismatch: the provided object specified uid \(provided), and no existing object was found")
      }
      body.set(["metadata", "name"], .text(target.name))
      if type.isNamespaced { body.set(["metadata", "namespace"], .text(target.namespace)) }
      try admit(call, body, old: nil, name: target.name)
      let applied = body
      let stored = try insert(applied, call, name: target.name) { _, _ throws(APIFailure) in
        var owners = try manager.apply(
          live: nil, applied: applied, owners: ManagedFields(), manager: call.manager, force: true
        ).owners
        owners.touch(
          .init(manager: call.manager, operation: "Apply", apiVersion: type.apiVersion, subresource: ""),
          time: manager.now)
        return owners
      }
      return present(stored, call, status: 201, warnings: warnings)
    }
    if !requested.isEmpty, requested != live.resourceVersion { throw .stale(type, target.name) }
    if !provided.isEmpty, provided != live.uid {
      let cause = FieldCause.invalid("metadata.uid", .text(provided), "field is immutable")
      throw .invalid(type, target.name, [cause, cause])
    }
    let lastApplied = call.manager == "kubectl" ? live["metadata", "annotations", Self.lastApplied]?.string : nil
    var (merged, owners) = try manager.apply(
      live: Self.shown(live, type), applied: body, owners: ManagedFields(of: live), manager: call.manager,
      force: call.flag("force"), yielding: lastApplied.flatMap { Self.unchanged($0, live, type) })
    if lastApplied != nil {
      merged.set(
        ["metadata", "annotations", Self.lastApplied], .text(JSONText.text(Self.canonical(body)) + "\n"))
    }
    merged = try prepareReplacement(live, merged, call)
    // What is warned of is the object as it will be, and not what was applied (exchange 053).
    warnings = Warnings.texts(type, merged)
    if !Self.sameBut(live, merged) {
      owners.touch(
        .init(
          manager: call.manager, operation: "Apply", apiVersion: type.apiVersion,
          subresource: manager.subresource), time: manager.now)
    }
    let stored = try finish(live, merged, owners, call)
    return present(stored, call, warnings: warnings)
  }

  /// An applied document that does not fit the schema (exchanges 054 and 099).
  private static func untyped(_ body: Node, _ call: Call, _ text: String) -> APIFailure {
    let type = call.target.type
    return APIFailure(
      500, "",
      "failed to create typed patch object (\(body.objectNamespace)/\(body.objectName); \(type.group)/\(type.version), "
        + "Kind=\(type.kind)): \(text)")
  }

  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// The fields that still are as kubectl last applied them from the client.
  private static func unchanged(_ annotation: String, _ live: Node, _ type: ResourceType) -> FieldSet? {
    guard let applied = try? JSONText.parse(Array(annotation.utf8)) else { return nil }
    let set = FieldSet(of: applied, type: type.fieldType)
    let comparison = FieldComparison(from: applied, to: live, type: type.fieldType)
    return set.subtracting(comparison.modified)
  }

  /// Custom resources are pruned and defaulted by their schema; unknown fields are told or refused.
  private func prepare(_ object: Node, _ call: Call, warnings: inout [String]) throws(APIFailure) -> Node {
    var unknown: [String] = []
    var result = object
    let type = call.target.type
    try ScalarTypes.check(object, call)
    warnings += Warnings.texts(type, object)
    if let schema = type.custom?.schema {
      result = StructuralSchema.pruned(result, schema, unknown: &unknown)
      let isApply = call.request.contentType.hasPrefix("application/apply-patch")
      if !isApply { result = StructuralSchema.defaulted(result, schema) }
    } else if !type.isCustom {
      KnownFields.prune(&result, type, unknown: &unknown)
    }
    guard !unknown.isEmpty else { return result }
    if call.request.contentType.hasPrefix("application/apply-patch") {
      throw Self.untyped(object, call, ".\(unknown[0]): field not declared in schema")
    }
    switch call.request.query["fieldValidation"] ?? "Warn" {
    case "Strict":
      let list = unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", ")
      throw APIFailure(
        400, "BadRequest",
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): strict decoding error: \(list)"
      )
    case "Warn": warnings += unknown.map { "unknown field \"\($0)\"" }
    default: break
    }
    return result
  }
}
