extension GeneratorEntry {
  /// Whether other programs are asked, here or further inside: Git hosts, plugins, clusters.
  public var asksOthers: Bool {
    switch generator {
    case .scmProvider, .pullRequest, .plugin, .clusterDecisionResource: true
    default: generator.children.contains(where: \.asksOthers)
    }
  }
}

extension Document {
  /// Whether it decides which other programs a controller asks.
  public var saysWhomToAsk: Bool {
    switch content {
    case .configMap: true
    case .fleetSet(let definition): definition.generators.contains(where: \.asksOthers)
    case .cluster, .repository, .window, .freeze, .analysis, .limit: false
    }
  }
}
