import FleetModel
import FleetSync
import KubeClient
import Logging
import Manifest

/// Writes objects into a cluster as their options say, or has the server try it out.
struct ObjectWriter: Sendable {
  let kube: KubeClient
  /// Where the agent keeps its records.
  let namespace: String
  let logger: Logger

  /// What a dry run told of an object.
  struct Trial: Sendable {
    /// As it is; nil when it is not there, or was not looked at.
    var live: Node?
    /// As it would be.
    var answer: Node
    /// As it would be if it were new; nil unless somebody else applied it before.
    var fresh: Node?
    /// Whether it is not there yet.
    var isCreated = false
  }

  /// Which of the documents' kinds live in namespaces; nothing for kinds that the cluster does not serve.
  func scopes(of documents: [Node]) async throws(KubeError) -> [String: KindScope] {
    var scopes: [String: KindScope] = [:]
    for document in documents {
      guard let identity = ObjectIdentity(of: document) else { continue }
      let key = "\(identity.group)/\(identity.kind)"
      guard scopes[key] == nil else { continue }
      do {
        scopes[key] = try await kube.resource(of: identity).isNamespaced ? .namespaced : .cluster
      } catch {
        guard error.kind == .noMatch else { throw error }
        continue  // perhaps the bundle brings its definition
      }
    }
    return scopes
  }

  /// Has the server try out an apply, with what the object's options do about refusals that they foresee.
  func check(_ object: SyncObject, target: TargetID, generation: Generation) async -> AgentEvent {
    do {
      let mayBeShared = object.options.failsWhenShared && object.isOwned
      let trial = try await tryOut(object, showsOrigin: mayBeShared)
      guard mayBeShared, let live = trial.live else {
        return .checked(target, object.identity, generation, .accepted(nil, isCreated: trial.isCreated))
      }
      let applySet = ApplySet(target: target, agentNamespace: namespace)
      var adoption = Adoption(
        of: live, answer: trial.answer, fresh: trial.fresh, manager: kube.fieldManager, applySet: applySet)
      if object.isDecrypted, adoption?.changes.isEmpty == false { adoption?.changes = ["values that are not shown"] }
      return .checked(target, object.identity, generation, .accepted(adoption))
    } catch { return .checked(target, object.identity, generation, .refused(WriteFailure(error, of: object))) }
  }

  /// - Parameter showsOrigin: whether it has to be known what is there and whose it is.
  func tryOut(_ object: SyncObject, showsOrigin: Bool) async throws(KubeError) -> Trial {
    // Of a hook the one of the run before is deleted first, so that its fields do not matter.
    if object.isHook { return Trial(answer: try await kube.tryOut(object.document, as: object.identity)) }
    let live = showsOrigin || object.options.isReplaced ? try await kube.get(object.identity) : nil
    do {
      if object.options.isReplaced, let live {
        let document = replacement(of: live, by: object)
        return Trial(live: live, answer: try await kube.tryOutReplacement(document, as: object.identity))
      }
      let (answer, isCreated) = try await serverApply(object, dryRun: true)
      guard showsOrigin, let live, Adoption.handedOver(of: live, to: kube.fieldManager) != nil else {
        return Trial(live: live, answer: answer, isCreated: isCreated)
      }
      return Trial(live: live, answer: answer, fresh: try? await kube.tryOut(object.document, as: object.identity))
    } catch {
      guard object.options.isRecreated, !WriteFailure(error).immutableFields.isEmpty else { throw error }
      return Trial(live: live, answer: try await kube.tryOut(object.document, as: object.identity))
    }
  }

  func apply(_ object: SyncObject, target: TargetID) async -> AgentEvent {
    do {
      if let run = object.run { return try await start(object, run: run, target: target) }
      if object.isNew, !object.isAbsent { try await takeOver(object) }
      if object.options.isReplaced, let live = try await kube.get(object.identity) {
        _ = try await kube.replace(replacement(of: live, by: object), as: object.identity)
      }
      var (answer, isCreated) = try await serverApply(object)
      if object.isNew, object.isAbsent, !isCreated {
        // Somebody was faster.
        try await takeOver(object)
        answer = try await serverApply(object).object
      }
      return .applied(target, object.identity, answer)
    } catch {
      let failure = WriteFailure(error, of: object)
      guard object.options.isRecreated, !failure.immutableFields.isEmpty else {
        return .applyFailed(target, object.identity, failure)
      }
      return await recreate(object, failure, target: target)
    }
  }

  func expect(_ object: SyncObject, target: TargetID) async -> AgentEvent {
    do {
      let answer = try await serverApply(object, dryRun: true).object
      let live = try await kube.get(object.identity)
      return .expected(target, object.identity, answer: answer, live: live)
    } catch { return .applyFailed(target, object.identity, WriteFailure(error, of: object)) }
  }

  /// Server-side apply by the object's policy about conflicts.
  private func serverApply(
    _ object: SyncObject, dryRun: Bool = false
  ) async throws(KubeError) -> (object: Node, isCreated: Bool) {
    let takesOver = object.options.conflicts == .takeOver || !object.isOwned
    var document = object.document
    if object.options.respectsIgnored, !object.options.ignored.isEmpty, let live = try await kube.get(object.identity) {
      document = object.options.ignored.keeping(live, in: document)
    }
    while true {
      do {
        let answer = try await kube.apply(document, as: object.identity, force: takesOver, dryRun: dryRun)
        return (answer.object, answer.isCreated)
      } catch {
        let conflicts = WriteFailure(error).conflicts
        let reduced = document.without(conflicts)
        guard object.options.conflicts == .leave, !conflicts.isEmpty, reduced != document else { throw error }
        document = reduced
      }
    }
  }

  /// Before the first apply: what other appliers own of the object becomes ours (kube-facts 048).
  private func takeOver(_ object: SyncObject) async throws(KubeError) {
    guard object.isOwned, let live = try await kube.get(object.identity),
      let fields = Adoption.handedOver(of: live, to: kube.fieldManager),
      let version = live["metadata", "resourceVersion"]
    else { return }
    let patch: Node = [
      ["op": "replace", "path": "/metadata/managedFields", "value": fields],
      ["op": "replace", "path": "/metadata/resourceVersion", "value": version],
    ]
    _ = try await kube.patch(object.identity, type: .json, patch)
    logger.notice("taken over", metadata: ["object": "\(object.identity.display)"])
  }

  private func replacement(of live: Node, by object: SyncObject) -> Node {
    let options = object.options
    var document = options.respectsIgnored ? options.ignored.keeping(live, in: object.document) : object.document
    document["metadata"]?["resourceVersion"] = live["metadata", "resourceVersion"]
    return document
  }

  /// Deletes an object whose fields cannot change; the next attempt creates it.
  private func recreate(_ object: SyncObject, _ failure: WriteFailure, target: TargetID) async -> AgentEvent {
    let identity = object.identity
    do {
      if let live = try await kube.get(identity), live["metadata", "deletionTimestamp"] == nil {
        logger.notice(
          "deleted to be created again",
          metadata: ["object": "\(identity.display)", "fields": "\(failure.immutableFields.joined(separator: ", "))"])
        try await kube.delete(identity, uid: live["metadata", "uid"]?.string)
      }
      guard try await kube.get(identity) == nil else {
        return .applyFailed(target, identity, WriteFailure(.stillThere, "is being deleted to be created again"))
      }
      return .applied(target, identity, try await serverApply(object).object)
    } catch { return .applyFailed(target, identity, WriteFailure(error, of: object)) }
  }

  // MARK: Hooks

  /// Starts a hook's run; one that this order has started already goes on.
  private func start(_ object: SyncObject, run: String, target: TargetID) async throws(KubeError) -> AgentEvent {
    let identity = object.identity
    let replaces = object.options.hook?.deletePolicies.contains(.beforeCreation) == true
    if let live = try await kube.get(identity) {
      if self.run(of: live) == run { return .applied(target, identity, live) }
      if replaces {
        if live["metadata", "deletionTimestamp"] == nil {
          try await kube.delete(identity, uid: live["metadata", "uid"]?.string)
        }
        if try await kube.get(identity) != nil {
          return .applyFailed(target, identity, WriteFailure(.stillThere, "waits for the deletion of its last run"))
        }
      }
    }
    return .applied(target, identity, try await serverApply(object).object)
  }

  /// Deletes a hook that has ended. A failure leaves it there, as its next run deletes it anyway.
  func discard(_ identity: ObjectIdentity, run: String) async {
    do {
      guard let live = try await kube.get(identity), self.run(of: live) == run else { return }
      try await kube.delete(identity, uid: live["metadata", "uid"]?.string)
    } catch {
      logger.warning(
        "a hook that has ended stays", metadata: ["object": "\(identity.display)", "error": "\(error)"])
    }
  }

  private func run(of live: Node) -> String? { live["metadata", "annotations", Hook.runAnnotation]?.string }
}
