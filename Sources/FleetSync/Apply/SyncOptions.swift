import FleetModel
public import Manifest

/// What an object's annotations ask of its apply and its deletion: Argo CD's, and Flotilla's own, which win.
///
/// docs/reference/sync.md has the list.
public struct SyncOptions: Hashable, Sendable {
  /// What is done about fields that another manager has set to something else.
  public enum Conflicts: String, Hashable, Sendable, CaseIterable {
    /// Ours is written, and the fields are ours from then on.
    case takeOver
    /// The order is refused, and the manager named.
    case fail
    /// Theirs stays; the rest of the object is applied.
    case leave
  }

  /// When the object's turn is, lowest first.
  public var wave = 0
  /// The phases in which it is run instead of being kept; nil for an ordinary object.
  public var hook: Hook?
  /// Whether it is left out: `hook: Skip`, or a Helm hook of a kind that only Helm runs.
  public var isSkipped = false
  /// Whether it stays when it leaves the bundle: `Prune=false`.
  public var staysWhenPruned = false
  /// Whether it stays when the target is removed: `Delete=false`.
  public var staysWhenRemoved = false
  /// Whether it is deleted only when everything else is healthy: `PruneLast=true`.
  public var isPrunedLast = false
  /// Whether it is replaced as a whole instead of applied: `Replace=true`.
  public var isReplaced = false
  /// Whether it is deleted and created again when a field that cannot change would change: `Force=true`.
  public var isRecreated = false
  /// Whether an unknown kind is no reason to refuse the order: `SkipDryRunOnMissingResource=true`.
  public var maySkipDryRun = false
  /// Whether the order is refused when another program keeps the object: `FailOnSharedResource=true`.
  public var failsWhenShared = false
  /// What is done about conflicts: `Conflicts=takeOver|fail|leave`.
  public var conflicts = Conflicts.takeOver
  /// Whether an apply leaves ignored fields as the cluster has them: `RespectIgnoreDifferences=true`.
  public var respectsIgnored = false
  /// The fields whose differences are no drift.
  public var ignored = IgnoredFields()
  /// The rules that name them.
  public var ignoredRules: [IgnoredRule] = []
  /// How the set tells its health; nil for the rules of its kind.
  public var customHealth: CustomHealth?

  /// Nothing special.
  public init() {}

  /// Reads a document's annotations.
  ///
  /// - Throws: a terminal `WriteFailure` naming the annotation and what it may be. Options of Argo CD that are not
  ///   known here are passed over; unknown ones under `flotilla.dev/` are not.
  public init(of document: Node) throws(WriteFailure) {
    let annotations = Annotations(document)
    (wave, hook, isSkipped) = try Hook.read(annotations)
    let names = [
      (SyncOptionName.setAnnotation, true), ("argocd.argoproj.io/sync-options", false),
      ("flotilla.dev/sync-options", true),
    ]
    for (name, isStrict) in names {
      for part in (annotations[name] ?? "").split(separator: ",") {
        let option = String(part).trimmed
        if let (name, value) = SyncOptionName.read(option) {
          set(name, value)
        } else if isStrict, !option.isEmpty, !Self.needless.contains(option) {
          throw annotations.failure(name, option, "one of \(SyncOptionName.listing)")
        }
      }
    }
    for name in [IgnoredDifference.setAnnotation, IgnoredDifference.annotation] {
      guard let text = annotations[name] else { continue }
      do { ignoredRules += try IgnoredRule.read(text, of: name) } catch { throw annotations.failure(name, error) }
    }
    for rule in ignoredRules { ignored.add(rule.fields) }
    if let text = annotations[HealthRules.setAnnotation] {
      do { customHealth = try CustomHealth(text) } catch { throw annotations.failure(HealthRules.setAnnotation, error) }
    }
  }

  /// A server-side apply writes nothing when nothing differs, and the namespace is the set's business.
  private static let needless = ["ServerSideApply=true", "ApplyOutOfSyncOnly=true", "CreateNamespace=true"]

  private mutating func set(_ name: SyncOptionName, _ value: String) {
    let isOn = value == "true"
    switch name {
    // Argo CD's `confirm` waits for a person; nobody can confirm here, so it is kept.
    case .prune: staysWhenPruned = !isOn
    case .delete: staysWhenRemoved = !isOn
    case .pruneLast: isPrunedLast = isOn
    case .replace: isReplaced = isOn
    case .force: isRecreated = isOn
    case .skipDryRunOnMissingResource: maySkipDryRun = isOn
    case .failOnSharedResource: failsWhenShared = isOn
    case .respectIgnoreDifferences: respectsIgnored = isOn
    case .conflicts: conflicts = Conflicts(rawValue: value) ?? conflicts
    }
  }
}

/// The annotations of a document, to be read with errors that name it.
struct Annotations {
  private let node: Node?
  private let object: String

  init(_ document: Node) {
    node = document["metadata", "annotations"]
    object = ObjectIdentity(of: document)?.display ?? "object"
  }

  subscript(name: String) -> String? { node?[name]?.string }

  /// The value of the first of the annotations that there is.
  func first(_ names: String...) -> (name: String, value: String)? {
    for name in names { if let value = self[name] { return (name, value) } }
    return nil
  }

  func failure(_ name: String, _ value: String, _ expected: String) -> WriteFailure {
    WriteFailure(.content, "\(object): annotation \(name) is \"\(value)\", expected \(expected)")
  }

  func failure(_ name: String, _ error: FieldExpressionError) -> WriteFailure {
    WriteFailure(.content, "\(object): annotation \(name): \(error.message); \(error.hint)")
  }
}

extension String {
  /// Without spaces at both ends.
  var trimmed: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
