public import FleetDocuments
public import FleetModel
internal import Manifest

extension [GeneratorEntry] {
  /// Whether other programs are asked, here or further inside.
  public var asksOthers: Bool {
    contains { entry in
      switch entry.generator {
      case .scmProvider, .pullRequest, .plugin, .clusterDecisionResource: true
      case .list, .clusters, .git, .matrix, .merge: entry.generator.children.asksOthers
      }
    }
  }

  /// What clusters have that generators look at, here or further inside: any of these; nil for every cluster.
  public var clusterSelectors: [LabelSelector]? { selectors(areFilledIn: false) }

  /// - Parameter areFilledIn: whether the generators may have parameters of others in their fields.
  private func selectors(areFilledIn: Bool) -> [LabelSelector]? {
    var result: [LabelSelector] = []
    for entry in self {
      switch entry.generator {
      case .clusters(let clusters):
        let isTemplate = areFilledIn && JSON.text(entry.source["clusters", "selector"] ?? Node(.null)).contains("{{")
        guard !isTemplate, !clusters.selector.isEmpty else { return nil }
        if !result.contains(clusters.selector) { result.append(clusters.selector) }
      // Its resource may name any cluster.
      case .clusterDecisionResource: return nil
      case .list, .git, .scmProvider, .pullRequest, .plugin, .matrix, .merge:
        guard let inner = entry.generator.children.selectors(areFilledIn: true) else { return nil }
        result += inner.filter { !result.contains($0) }
      }
    }
    return result
  }
}
