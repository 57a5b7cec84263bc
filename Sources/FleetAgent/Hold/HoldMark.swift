import FleetModel
import Foundation
import KubeClient
import Manifest

/// What somebody on the site asked the agent for: to keep its hands off. It is read from a ConfigMap in the agent's namespace,
/// so that it works while the controller cannot be reached.
struct HoldMark: Hashable, Sendable {
  /// Why.
  var reason: String
  /// Who asked.
  var by: String
  /// When it was made, by the API server's clock.
  var since: Date
  /// How long it lasts from then; nil when that cannot be read, so that it lasts as long as one may.
  var length: Duration?
  /// Whether drift is repaired all the same.
  var repairs: Bool

  /// Reads the ConfigMap.
  init(configMap: Node) {
    typealias Mark = ClusterHold.Mark
    func text(_ key: String) -> String { configMap["data", key]?.string ?? "" }
    let created = configMap["metadata", "creationTimestamp"]?.string
    since = created.flatMap { try? Date($0, strategy: .iso8601) } ?? Date()
    length = Duration(text: text(Mark.length))
    reason = text(Mark.reason).isEmpty ? "no reason was given" : text(Mark.reason)
    by = text(Mark.by).isEmpty ? "somebody on the site" : text(Mark.by)
    repairs = text(Mark.repairs) != Mark.repairsStop
  }

  /// How long it lasts yet.
  ///
  /// - Parameters:
  ///   - longest: how long a hold may last in all, as the controller says.
  ///   - now: the machine's clock, which is close to that of the cluster's API server.
  func remaining(longest: Duration, now: Date = Date()) -> Duration {
    let age = Duration.milliseconds(Int64(now.timeIntervalSince(since) * 1_000))
    return max(.zero, min(length ?? longest, longest) - max(.zero, age))
  }
}

/// Follows the mark in the cluster.
struct HoldWatch: Sendable {
  let kube: KubeClient
  let namespace: String

  private var identity: ObjectIdentity {
    ObjectIdentity(
      group: "", version: "v1", kind: "ConfigMap", namespace: namespace, name: ClusterHold.Mark.name)
  }

  /// The mark as it is now.
  func current() async throws(KubeError) -> HoldMark? { try await kube.get(identity).map(HoldMark.init) }

  /// Tells of every change until the task is cancelled. While the cluster is out of sight, the last one counts.
  func follow(_ tell: (HoldMark?) -> Void) async {
    let watch = kube.watch(
      group: "", version: "v1", kind: "ConfigMap", namespace: namespace, name: ClusterHold.Mark.name)
    for await update in watch {
      switch update {
      case .listed(let objects, _): tell(objects.first.map(HoldMark.init))
      case .changed(let object): tell(HoldMark(configMap: object))
      case .deleted: tell(nil)
      case .interrupted, .resumed: continue
      }
    }
  }
}
