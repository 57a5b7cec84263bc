import FleetModel
import Synchronization

/// The clusters that this controller reaches now, for the metrics.
final class ReachedClusters: Sendable {
  private let clusters = Mutex<Set<ClusterID>>([])

  var count: Int { clusters.withLock { $0.count } }

  func insert(_ cluster: ClusterID) { clusters.withLock { _ = $0.insert(cluster) } }

  func remove(_ cluster: ClusterID) { clusters.withLock { _ = $0.remove(cluster) } }
}
