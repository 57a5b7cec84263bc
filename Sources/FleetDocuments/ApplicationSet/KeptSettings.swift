public import FleetModel

/// What of a target that exists stays as it is, whatever the template makes of it now.
public struct KeptSettings: Hashable, Sendable {
  /// A setting of a target.
  public enum Setting: Hashable, Sendable, CaseIterable {
    case labels, repository, revision, path, isRecursive, options, namespace, prune, selfHeal, createNamespace
  }

  /// The settings.
  public var settings: Set<Setting> = []
  /// Single labels, by key.
  public var labels: Set<String> = []

  /// Everything.
  static let all = KeptSettings(settings: Set(Setting.allCases))

  /// Settings by the JSON pointers of the Application's fields that they are read from.
  private static let pointers: [String: Set<Setting>] = [
    "/metadata/labels": [.labels],
    "/spec/source": [.repository, .revision, .path, .isRecursive, .options],
    "/spec/source/repoURL": [.repository],
    "/spec/source/targetRevision": [.revision],
    "/spec/source/path": [.path],
    "/spec/source/directory": [.isRecursive],
    "/spec/source/directory/recurse": [.isRecursive],
    "/spec/source/helm": [.options],
    "/spec/destination/namespace": [.namespace],
    "/spec/syncPolicy": [.prune, .selfHeal, .createNamespace],
    "/spec/syncPolicy/automated": [.prune, .selfHeal],
    "/spec/syncPolicy/automated/prune": [.prune],
    "/spec/syncPolicy/automated/selfHeal": [.selfHeal],
    "/spec/syncPolicy/syncOptions": [.createNamespace],
  ]

  /// Adds what a JSON pointer into an Application means; nothing for fields that no setting is read from.
  mutating func add(pointer: String) {
    settings.formUnion(Self.pointers[pointer] ?? [])
    let prefix = "/metadata/labels/"
    guard pointer.hasPrefix(prefix) else { return }
    let key = pointer.dropFirst(prefix.count)
    labels.insert(key.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/"))
  }

  /// Adds what a jq expression means that is a path of names, `.spec.source.path`.
  mutating func add(expression: String) {
    guard expression.hasPrefix("."), expression.allSatisfy({ $0 == "." || $0.isLetter || $0.isNumber }) else { return }
    add(pointer: expression.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "/"))
  }
}

extension ApplicationPolicy {
  /// What `ignoreApplicationDifferences` names and no setting of a target is read from.
  public var ignoredWithoutEffect: [String] {
    ignoredDifferences.flatMap { rule in
      let pointers = rule.jsonPointers.map { pointer in
        var kept = KeptSettings()
        kept.add(pointer: pointer)
        return (text: pointer, kept: kept)
      }
      let expressions = rule.jqPathExpressions.map { expression in
        var kept = KeptSettings()
        kept.add(expression: expression)
        return (text: expression, kept: kept)
      }
      return (pointers + expressions).filter { $0.kept == KeptSettings() }.map(\.text)
    }
  }
}

extension FleetSetDefinition {
  /// Whether anything of targets that exist may stay as it is.
  public var keepsSettings: Bool {
    guard case .application(let application) = template else { return false }
    let policy = application.policy
    return !policy.changes.updates || !policy.preservedLabels.isEmpty || !policy.ignoredDifferences.isEmpty
  }

  /// What of a target that exists stays as it is: all with an ApplicationSet's `applicationsSync: create-only` or
  /// `create-delete`, else what its `ignoreApplicationDifferences` and `preservedFields` name. What a target renders goes
  /// on following its revision.
  public func keptSettings(of target: TargetName) -> KeptSettings {
    guard case .application(let application) = template else { return KeptSettings() }
    guard application.policy.changes.updates else { return .all }
    var kept = KeptSettings(labels: Set(application.policy.preservedLabels))
    for rule in application.policy.ignoredDifferences where rule.name.isEmpty || rule.name == target.rawValue {
      for pointer in rule.jsonPointers { kept.add(pointer: pointer) }
      for expression in rule.jqPathExpressions { kept.add(expression: expression) }
    }
    return kept
  }
}
