/// How an object, or the worst of a target's objects, is doing; the words are Argo CD's (GENERATORS 6.9).
public enum Health: String, Sendable, Codable, CaseIterable, Comparable {
  /// It does what its manifest asks.
  case healthy = "Healthy"
  /// It waits because somebody suspended it.
  case suspended = "Suspended"
  /// It is on its way.
  case progressing = "Progressing"
  /// It is not there.
  case missing = "Missing"
  /// It failed, or cannot get on without help.
  case degraded = "Degraded"
  /// Nobody can tell.
  case unknown = "Unknown"

  /// Orders from best to worst.
  public static func < (left: Health, right: Health) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .healthy: 0
    case .suspended: 1
    case .progressing: 2
    case .missing: 3
    case .degraded: 4
    case .unknown: 5
    }
  }
}
