/// The options that say how an object is applied and deleted, as annotations and sets write them: `NAME=VALUE`.
public enum SyncOptionName: String, Sendable, CaseIterable {
  /// Whether the object is deleted when it leaves the bundle.
  case prune = "Prune"
  /// Whether it is deleted when its target is removed.
  case delete = "Delete"
  /// Whether it is deleted after everything else.
  case pruneLast = "PruneLast"
  /// Whether it is replaced as a whole.
  case replace = "Replace"
  /// Whether it is created again when a field cannot change.
  case force = "Force"
  /// Whether its kind may be missing.
  case skipDryRunOnMissingResource = "SkipDryRunOnMissingResource"
  /// Whether nobody else may keep it.
  case failOnSharedResource = "FailOnSharedResource"
  /// Whether ignored fields stay as the cluster has them.
  case respectIgnoreDifferences = "RespectIgnoreDifferences"
  /// What is done about fields of other managers.
  case conflicts = "Conflicts"

  /// The values there are. Argo CD's `confirm` is read as `false`.
  public var values: [String] {
    switch self {
    case .conflicts: ["takeOver", "fail", "leave"]
    case .prune, .delete: ["true", "false", "confirm"]
    default: ["true", "false"]
    }
  }

  /// Reads `NAME=VALUE`; nil for anything that is no option.
  public static func read(_ option: String) -> (name: SyncOptionName, value: String)? {
    let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let name = SyncOptionName(rawValue: String(parts[0])),
      name.values.contains(String(parts[1]))
    else { return nil }
    return (name, String(parts[1]))
  }

  /// All of them, for messages.
  public static var listing: String {
    allCases.map { "\($0.rawValue)=\($0.values.joined(separator: "|"))" }.joined(separator: ", ")
  }

  /// The annotation by which a set's options reach its objects.
  public static let setAnnotation = "flotilla.dev/set-sync-options"
}
