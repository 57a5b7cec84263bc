/// What becomes of the workload of a target that leaves its set (R25).
public enum RemovalPolicy: String, Hashable, Sendable, Codable, CaseIterable {
  /// It is removed from its cluster, by a run of its own after the set's last ordinary run.
  case remove
  /// It stays on its cluster, is nobody's, and is listed as abandoned.
  case keep
}
