public import FleetDocuments
public import FleetModel
internal import FleetPorts
internal import FoundationEssentials

extension Previewer {
  /// What of the targets themselves a release would change against those that there are: where they go, what they take
  /// and how they are synced. What is rendered is not compared.
  ///
  /// - Throws: as ``expand(_:documents:cluster:in:keep:)``.
  public func targetDifference(
    _ name: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> (changes: [TargetChange], warnings: [Diagnostic]) {
    let (expanded, clusterNames) = try await expand(name, documents: documents, cluster: cluster, in: project)
    var current = try await settings(of: name, in: project)
    if let cluster { current = current.filter { $0.value.cluster == cluster } }
    var changes: [TargetChange] = []
    for target in expanded.targets {
      guard let before = current.removeValue(forKey: target.name) else {
        changes.append(TargetChange(target: target.name, action: .added, changes: []))
        continue
      }
      let after = TargetSettings(target, cluster: clusterNames[target.cluster] ?? "")
      let fields = zip(before.fields, after.fields).filter { $0.text != $1.text }.map { old, new in
        "\(old.name): \(old.text) → \(new.text)"
      }
      let labels = TargetSettings.differences(from: before.labels, to: after.labels)
      let all = fields + labels
      changes.append(
        TargetChange(
          target: target.name, action: .changed,
          changes: all.isEmpty ? [] : [ObjectChange(object: "Target", action: .changed, fields: all)]))
    }
    changes += current.keys.map { TargetChange(target: $0, action: .removed, changes: []) }
    return (changes.sorted { $0.target < $1.target }, expanded.warnings)
  }
}

extension TargetSettings {
  fileprivate init(_ target: ReleaseTargetDraft, cluster: ClusterName) {
    self.init(
      cluster: cluster, labels: target.labels, namespace: target.namespace, repository: target.repository,
      revision: target.revision, path: target.path, isRecursive: target.isRecursive, selfHeal: target.selfHeal,
      prune: target.prune, createNamespace: target.createNamespace)
    options = target.options
  }

  /// The fields but the labels, as a FleetSet's template names them.
  fileprivate var fields: [(name: String, text: String)] {
    [
      ("destination.cluster", cluster.rawValue), ("destination.namespace", namespace),
      ("source.repository", repository.rawValue), ("source.revision", revision.description), ("source.path", path),
      ("source.recurse", "\(isRecursive)"), ("source.helm", Self.text(options.helm)),
      ("source.kustomize", Self.text(options.kustomize)),
      ("source.substitute", options.substitute.map(Self.pairs) ?? "nothing"),
      ("overrides", Self.text(options.overlays)),
      ("sync.prune", "\(prune)"),
      ("sync.selfHeal", "\(selfHeal)"),
      ("sync.createNamespace", "\(createNamespace)"),
      ("sync.ignoreDifferences", Self.text(options.ignoreDifferences)), ("health", Self.text(options.health)),
      ("sync.options", options.syncOptions?.joined(separator: ", ") ?? "nothing"),
    ]
  }

  /// A field of several parts as JSON, its keys in order.
  private static func text(_ value: (some Encodable)?) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let value, let json = try? encoder.encode(value) else { return "nothing" }
    return String(decoding: json, as: UTF8.self)
  }

  private static func pairs(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
  }

  fileprivate static func differences(from old: [String: String], to new: [String: String]) -> [String] {
    Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { key in
      "labels.\(key): \(old[key] ?? "nothing") → \(new[key] ?? "nothing")"
    }
  }
}
