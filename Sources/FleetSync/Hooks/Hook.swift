/// An object that is run at a point of an order, and not kept: a Job that migrates a database, for example.
public struct Hook: Hashable, Sendable {
  /// The points, in their order.
  public enum Phase: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Before anything is applied.
    case preSync = "PreSync"
    /// With the objects, in its wave.
    case sync = "Sync"
    /// When everything is applied and healthy.
    case postSync = "PostSync"
    /// When the order failed.
    case syncFail = "SyncFail"
    /// Before the objects of a removed target are deleted.
    case preDelete = "PreDelete"
    /// After they are gone.
    case postDelete = "PostDelete"

    /// The order of the points.
    public static func < (left: Phase, right: Phase) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }

    var isOfDeletion: Bool { self == .preDelete || self == .postDelete }
  }

  /// When it is deleted.
  public enum DeletePolicy: String, Hashable, Sendable, CaseIterable {
    /// When the order succeeded.
    case succeeded = "HookSucceeded"
    /// When the order failed.
    case failed = "HookFailed"
    /// Before it is run again. What applies when nothing is said.
    case beforeCreation = "BeforeHookCreation"
  }

  /// When it is run.
  public var phases: Set<Phase>
  /// When it is deleted.
  public var deletePolicies: Set<DeletePolicy>

  /// Makes a hook.
  public init(phases: Set<Phase>, deletePolicies: Set<DeletePolicy> = [.beforeCreation]) {
    self.phases = phases
    self.deletePolicies = deletePolicies
  }

  /// The annotation that says which order ran it.
  public static let runAnnotation = "flotilla.dev/hook-run"
}

extension Hook {
  /// Reads wave and hook: Flotilla's annotations, else Argo CD's, else Helm's.
  static func read(_ annotations: Annotations) throws(WriteFailure) -> (wave: Int, hook: Hook?, isSkipped: Bool) {
    let policies = try deletePolicies(annotations)
    if let (name, value) = annotations.first("flotilla.dev/hook", "argocd.argoproj.io/hook") {
      let wave = try wave(annotations, "flotilla.dev/sync-wave", "argocd.argoproj.io/sync-wave")
      if value == "Skip" { return (wave, nil, true) }
      var phases: Set<Phase> = []
      for part in words(value) {
        guard let phase = Phase(rawValue: part) else {
          throw annotations.failure(name, part, "Skip or \(Phase.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        phases.insert(phase)
      }
      guard !phases.isEmpty else {
        throw annotations.failure(name, value, "Skip or \(Phase.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return (wave, Hook(phases: phases, deletePolicies: policies), false)
    }
    guard let helm = annotations["helm.sh/hook"], helm != "crd-install" else {
      return (try wave(annotations, "flotilla.dev/sync-wave", "argocd.argoproj.io/sync-wave"), nil, false)
    }
    let wave = try wave(annotations, "flotilla.dev/sync-wave", "argocd.argoproj.io/sync-wave", "helm.sh/hook-weight")
    let phases = Set(words(helm).compactMap { helmPhases[$0] })
    // `test`, `pre-rollback` and `post-rollback` are run by Helm alone.
    guard !phases.isEmpty else { return (wave, nil, true) }
    return (wave, Hook(phases: phases, deletePolicies: policies), false)
  }

  private static let helmPhases: [String: Phase] = [
    "pre-install": .preSync, "pre-upgrade": .preSync, "post-install": .postSync, "post-upgrade": .postSync,
    "pre-delete": .preDelete, "post-delete": .postDelete,
  ]

  private static let helmPolicies: [String: DeletePolicy] = [
    "hook-succeeded": .succeeded, "hook-failed": .failed, "before-hook-creation": .beforeCreation,
  ]

  private static func deletePolicies(_ annotations: Annotations) throws(WriteFailure) -> Set<DeletePolicy> {
    let found = annotations.first(
      "flotilla.dev/hook-delete-policy", "argocd.argoproj.io/hook-delete-policy", "helm.sh/hook-delete-policy")
    guard let (name, value) = found else { return [.beforeCreation] }
    var policies: Set<DeletePolicy> = []
    for part in words(value) {
      guard let policy = DeletePolicy(rawValue: part) ?? helmPolicies[part] else {
        let names = name.hasPrefix("helm") ? helmPolicies.keys.sorted() : DeletePolicy.allCases.map(\.rawValue)
        throw annotations.failure(name, part, names.joined(separator: ", "))
      }
      policies.insert(policy)
    }
    return policies.isEmpty ? [.beforeCreation] : policies
  }

  private static func wave(_ annotations: Annotations, _ names: String...) throws(WriteFailure) -> Int {
    for name in names {
      guard let value = annotations[name] else { continue }
      guard let wave = Int32(value.trimmed) else { throw annotations.failure(name, value, "a whole number") }
      return Int(wave)
    }
    return 0
  }

  private static func words(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
  }
}
