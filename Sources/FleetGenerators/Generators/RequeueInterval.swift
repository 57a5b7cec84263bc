public import FleetDocuments

extension [GeneratorEntry] {
  /// After how long generators are to be asked again without being woken: the shortest of them (GENERATORS 2).
  ///
  /// - Parameter standard: what `git` and `clusterDecisionResource` have when they say nothing themselves.
  /// - Returns: nil for never: lists and clusters wake their sets themselves.
  public func requeueInterval(standard: Duration = .seconds(180)) -> Duration? {
    requeueInterval(standard: standard, countsGit: true)
  }

  /// The same of what nothing wakes a set for: Git hosts, plugins and clusters. Repositories have a `pollInterval` of their
  /// own, and wake the sets when they changed.
  public var askingInterval: Duration? { requeueInterval(standard: .seconds(180), countsGit: false) }

  fileprivate func requeueInterval(standard: Duration, countsGit: Bool) -> Duration? {
    compactMap { $0.requeueInterval(standard: standard, countsGit: countsGit) }.min()
  }
}

extension GeneratorEntry {
  private static let slow = Duration.seconds(1_800)

  fileprivate func requeueInterval(standard: Duration, countsGit: Bool) -> Duration? {
    let interval: Duration? =
      switch generator {
      case .list, .clusters: nil
      case .git(let git): countsGit ? git.requeueAfter ?? standard : nil
      case .clusterDecisionResource(let decision): decision.requeueAfter ?? standard
      case .scmProvider(let provider): provider.requeueAfter ?? Self.slow
      case .pullRequest(let request): request.requeueAfter ?? Self.slow
      case .plugin(let plugin): plugin.requeueAfter ?? Self.slow
      case .matrix(let children): children.requeueInterval(standard: standard, countsGit: countsGit)
      case .merge(let merge): merge.generators.requeueInterval(standard: standard, countsGit: countsGit)
      }
    return interval == .zero ? nil : interval
  }

  /// Whether clusters are looked at, here or further inside: a change of a cluster concerns the set.
  public var looksAtClusters: Bool {
    switch generator {
    case .clusters, .clusterDecisionResource: true
    default: generator.children.contains(where: \.looksAtClusters)
    }
  }
}
