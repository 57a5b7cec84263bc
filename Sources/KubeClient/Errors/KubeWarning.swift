import Synchronization

/// What an API server tells beside an answer: a deprecated version, a field that is not known.
public struct KubeWarning: Hashable, Sendable {
  /// The words.
  public var text: String
  /// The path of the request that first had it.
  public var path: String

  /// Makes a warning.
  public init(text: String, path: String) {
    self.text = text
    self.path = path
  }
}

/// Tells each text once.
final class WarningLog: Sendable {
  private let tell: @Sendable (KubeWarning) -> Void
  private let told = Mutex<Set<String>>([])
  /// After so many texts they start anew: better told twice than kept for ever.
  private static let most = 1_000

  init(tell: @escaping @Sendable (KubeWarning) -> Void) { self.tell = tell }

  func take(_ texts: [String], path: String) {
    guard !texts.isEmpty else { return }
    let fresh = told.withLock { told in
      if told.count > Self.most { told = [] }
      return texts.filter { told.insert($0).inserted }
    }
    for text in fresh { tell(KubeWarning(text: text, path: path)) }
  }
}
