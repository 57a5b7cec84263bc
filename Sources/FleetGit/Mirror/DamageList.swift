import Synchronization

/// The mirrors in which a read found something missing or unreadable.
final class DamageList: Sendable {
  private let folders = Mutex<Set<String>>([])

  /// Notes damage.
  func report(_ folder: String) { folders.withLock { _ = $0.insert(folder) } }

  /// Whether damage was noted.
  func contains(_ folder: String) -> Bool { folders.withLock { $0.contains(folder) } }

  /// Forgets what was noted, when the mirror was made anew.
  func clear(_ folder: String) { folders.withLock { _ = $0.remove(folder) } }
}
