import FleetModel
import FleetSync
import KubeClient
import Logging
import Manifest

extension ObjectWriter {
  /// Deletes an object that we still own some of; what another has taken over is only forgotten, and what its
  /// annotations keep is kept.
  ///
  /// - Parameter awaitAbsence: true for a removal of the target.
  func delete(_ identity: ObjectIdentity, awaitAbsence: Bool, target: TargetID) async -> AgentEvent {
    do {
      guard let live = try await kube.get(identity) else { return .deleted(target, identity) }
      guard isOurs(live) else {
        logger.notice("not deleted: it is no longer ours", metadata: ["object": "\(identity.display)"])
        return .deleted(target, identity)
      }
      let options = (try? SyncOptions(of: live)) ?? SyncOptions()
      if awaitAbsence ? options.staysWhenRemoved : options.staysWhenPruned {
        logger.notice("not deleted: its annotations keep it", metadata: ["object": "\(identity.display)"])
        return .kept(target, identity)
      }
      if live["metadata", "deletionTimestamp"] == nil {
        try await kube.delete(identity, uid: live["metadata", "uid"]?.string)
      }
      guard awaitAbsence, let rest = try await kube.get(identity) else { return .deleted(target, identity) }
      let finalizers = (rest["metadata", "finalizers"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
      let why = finalizers.isEmpty ? "waits for its deletion" : "waits for its finalizers \(finalizers)"
      return .deleteFailed(target, identity, WriteFailure(.stillThere, why))
    } catch  where error.kind == .noMatch {
      return .deleted(target, identity)  // its definition is gone, and with it the object
    } catch { return .deleteFailed(target, identity, WriteFailure(error)) }
  }

  private func isOurs(_ live: Node) -> Bool {
    (live["metadata", "managedFields"]?.array ?? []).contains {
      $0["manager"]?.string == kube.fieldManager && $0["operation"]?.string == "Apply"
    }
  }
}
