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

  /// After how long an answer is to be asked for again: the shortest interval of the generators that ask for its kind; nil
  /// when none does.
  public func askingInterval(of request: GeneratorRequest) -> Duration? {
    compactMap { entry in
      let generator = entry.generator
      return generator.asks(request)
        ? [entry].requeueInterval(standard: .seconds(180), countsGit: false)
        : generator.children.askingInterval(of: request)
    }.min()
  }

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

extension Generator {
  /// Whether it asks for answers of this kind itself.
  fileprivate func asks(_ request: GeneratorRequest) -> Bool {
    switch (self, request) {
    case (.scmProvider, .repositories), (.scmProvider, .branches), (.scmProvider, .path), (.pullRequest, .pullRequests),
      (.plugin, .plugin), (.clusterDecisionResource, .decisions):
      true
    default: false
    }
  }
}
