internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// What stands on the command line when a shell asks how it could go on.
private struct CompletionRequest: Sendable {
  /// The words before the one that is completed.
  var before: [String]
  /// What of that word is typed already.
  var prefix: String
  var client: ControllerClient
  var project: String
}

extension CompletionKind {
  /// The names of clusters, asked of the controller.
  static var clusterNames: CompletionKind { names { try await $0.names(of: .clusters) } }

  /// The names of FleetSets, asked of the controller.
  static var fleetSetNames: CompletionKind { names { try await $0.names(of: .fleetsets) } }

  /// Rollouts: the names of FleetSets, and the rollouts of one when it is the only one that is left.
  static var rolloutNames: CompletionKind {
    names { request in
      let set = request.prefix.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
      let sets = try await request.names(of: .fleetsets).filter { $0.hasPrefix(set) }
      guard sets.count == 1 || request.prefix.contains("/") else { return sets }
      let only = sets.count == 1 ? sets[0] : set
      let page = try await request.client.rollouts(in: request.project, fleetSet: only, page: .init(limit: 50))
      return [only] + page.items.map(\.name)
    }
  }

  /// The stages of the rollout that stands before.
  static var stageNames: CompletionKind {
    names { request in
      for word in request.before.reversed() where !word.hasPrefix("-") {
        guard let rollout = try? RolloutReference(word),
          let found = try? await request.client.rollout(rollout.fleetSet, number: rollout.number, in: request.project)
        else { continue }
        return found.stages.map(\.name)
      }
      return []
    }
  }

  /// `TYPE NAME` and `TYPE/NAME` of these types.
  static func references(_ types: [ResourceType]) -> CompletionKind {
    names { request in
      if let slash = request.prefix.firstIndex(of: "/") {
        let word = request.prefix[..<slash]
        guard let type = try? ResourceType(word: String(word)) else { return [] }
        return try await request.names(of: type).map { "\(word)/\($0)" }
      }
      for word in request.before.reversed() {
        if let type = try? ResourceType(word: word) { return try await request.names(of: type) }
      }
      return types.map(\.singular)
    }
  }

  /// Names from the controller, or none when it does not answer at once: a shell waits for them.
  private static func names(
    _ read: @escaping @Sendable (CompletionRequest) async throws -> [String]
  ) -> CompletionKind {
    .custom { (words: [String], index: Int, prefix: String) async -> [String] in
      guard let options = try? ConnectionOptions.parse([]), var configuration = try? options.configuration() else {
        return []
      }
      configuration.requestTimeout = .seconds(2)
      configuration.retryFor = .zero
      let project = options.projectName
      let before = Array(words.prefix(max(0, min(index, words.count))))
      let names = try? await ControllerClient.with(configuration) { client in
        try await read(CompletionRequest(before: before, prefix: prefix, client: client, project: project))
      }
      return (names ?? []).filter { $0.hasPrefix(prefix) }
    }
  }
}

extension CompletionRequest {
  /// The first names of a type.
  fileprivate func names(of type: ResourceType) async throws -> [String] {
    let page = PageRequest(limit: 200)
    return switch type {
    case .clusters: try await client.clusters(in: project, page: page).items.map(\.name.rawValue)
    case .windows: try await client.windows(in: project, page: page).items.map(\.name)
    case .freezes: try await client.freezes(in: project, page: page).items.map(\.name)
    case .analyses: try await client.analyses(in: project, page: page).items.map(\.name)
    case .limits: try await client.limits(in: project, page: page).items.map(\.name)
    case .repositories: try await client.repositories(in: project, page: page).items.map(\.name.rawValue)
    case .configmaps: try await client.configMaps(in: project, page: page).items.map(\.name)
    case .fleetsets: try await client.fleetSets(in: project, page: page).items.map(\.name.rawValue)
    case .targets: try await client.targets(in: project, page: page).items.map { "\($0.fleetSet)/\($0.name)" }
    case .releases: try await client.releases(in: project, page: page).items.map { "\($0.fleetSet)/\($0.number)" }
    case .rollouts: try await client.rollouts(in: project, page: page).items.map(\.name)
    }
  }
}
