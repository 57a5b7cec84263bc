import FleetModel
import FleetSync
import KubeClient
import Manifest

/// What the loop of an agent reacts to.
enum AgentEvent: Sendable {
  case orders([Order])
  /// The controller answers again, or for the first time: it is told everything.
  case reconnected
  /// The mark of a hold was made, changed or taken away.
  case marked(HoldMark?)
  /// How long a hold may last, as the controller says.
  case longestHold(Duration)
  case bundleArrived(TargetID, Digest, [SyncObject])
  case bundleFailed(TargetID, Digest, WriteFailure)
  case recordWritten(TargetID, resourceVersion: String)
  case recordFailed(TargetID, WriteFailure, found: (record: TargetRecord, resourceVersion: String)?)
  case checked(TargetID, ObjectIdentity, Generation, DryRunAnswer)
  case applied(TargetID, ObjectIdentity, Node)
  case expected(TargetID, ObjectIdentity, answer: Node, live: Node?)
  case applyFailed(TargetID, ObjectIdentity, WriteFailure)
  case deleted(TargetID, ObjectIdentity)
  case kept(TargetID, ObjectIdentity)
  case deleteFailed(TargetID, ObjectIdentity, WriteFailure)
  case watched(WatchScope, serial: Int, WatchUpdate)
  case tick(Duration)
}
