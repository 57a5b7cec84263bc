import FleetAPI
import FleetDocuments
import FleetModel
import FleetPlanner
import FleetPorts
import FoundationEssentials

extension ConditionResource {
  /// A condition on the wire.
  init(_ condition: Condition) {
    self.init(
      ready: condition.isReady, reason: condition.reason, message: condition.message, since: Timestamp(condition.since))
  }
}

extension ClusterResource {
  /// A cluster on the wire; the document only when one cluster was asked for.
  ///
  /// - Parameter version: the controller's, which says which agents it serves.
  init(_ record: ClusterRecord, version: String, withDocument: Bool) throws {
    let cluster = record.cluster
    let (connection, credential): (Connection, String?) =
      switch cluster.connection {
      case .agent: (.agent, nil)
      case .kubeconfig(let credential): (.kubeconfig, credential)
      }
    self.init(
      id: cluster.id, project: cluster.project, name: cluster.name, labels: cluster.labels,
      annotations: cluster.annotations, connection: connection, credential: credential,
      cordonReason: cluster.cordonReason,
      hold: record.hold.map {
        HoldResource(reason: $0.reason, by: $0.by, since: Timestamp($0.since), until: Timestamp($0.until))
      },
      revocation: record.revocation.map { RevocationResource(reason: $0.reason, by: $0.by, at: Timestamp($0.at)) },
      clockSkewMilliseconds: record.clockSkew?.wholeMilliseconds, warnings: Self.warnings(record, version),
      generation: record.generation, createdAt: Timestamp(record.createdAt),
      connected: record.isConnected, lastContactAt: record.lastContactAt.map(Timestamp.init),
      agentVersion: record.agentVersion, kubernetesVersion: record.kubernetesVersion,
      targetsByHealth: Dictionary(
        record.targetsByHealth.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +),
      condition: record.condition.map(ConditionResource.init),
      document: withDocument
        ? try JSONValue(
          kind: "Cluster", project: cluster.project, name: cluster.name.rawValue, stored: record.canonicalJSON,
          labels: cluster.labels) : nil)
  }
}

extension ClusterResource {
  private static func warnings(_ record: ClusterRecord, _ version: String) -> [String] {
    var warnings: [String] = []
    if let skew = record.clockSkew, max(skew, .zero - skew) > ClusterRecord.clockTolerance {
      warnings.append(ClusterRecord.words(ofClock: skew))
    }
    if case .agent = record.cluster.connection, !record.agentVersion.isEmpty,
      let refusal = AgentVersions.refusal(agent: record.agentVersion, controller: version)
    {
      warnings.append(refusal)
    }
    return warnings
  }
}

extension RepositoryResource {
  /// A repository on the wire; a password in its URL is masked.
  init(_ record: RepositoryRecord, withDocument: Bool) throws {
    let repository = record.repository
    var document: JSONValue?
    if withDocument {
      document = try JSONValue(
        kind: "Repository", project: repository.project, name: repository.name.rawValue, stored: record.canonicalJSON
      ).maskingURL()
    }
    self.init(
      project: repository.project, name: repository.name, type: repository.kind.rawValue,
      url: maskedURL(repository.url),
      credential: repository.credential,
      pollIntervalMilliseconds: repository.pollInterval.wholeMilliseconds, generation: record.generation,
      refsDigest: record.refsDigest, fetchedAt: record.fetchedAt.map(Timestamp.init),
      condition: ConditionResource(record.condition), document: document)
  }
}

extension FleetSetResource {
  /// A FleetSet on the wire.
  init(_ record: FleetSetRecord, withDocument: Bool) throws {
    self.init(
      project: record.project, name: record.name, generation: record.generation,
      condition: ConditionResource(record.condition), targetCount: record.targetCount,
      newestRelease: record.newestRelease.map(ReleaseResource.init), activeRollout: record.activeRollout,
      deleting: record.isDeleting,
      shrink: record.shrink.map {
        ShrinkResource(expansion: $0.expansion, leaving: $0.leaving, current: $0.current, budget: $0.budget)
      },
      document: withDocument
        ? try JSONValue(
          kind: "FleetSet", project: record.project, name: record.name.rawValue, stored: record.canonicalJSON) : nil)
  }
}

extension ReleaseResource.Source {
  /// A source on the wire.
  init(_ source: ReleaseSource) {
    self.init(
      repository: source.repository, revision: source.revision, commit: source.commit.id.hexadecimal,
      author: source.commit.author, title: source.commit.title, committedAt: Timestamp(source.commit.committedAt),
      chart: source.chart?.name, version: source.chart?.version)
  }
}

extension ReleaseResource {
  /// A release on the wire.
  init(_ record: ReleaseRecord) {
    self.init(
      fleetSet: record.fleetSet, number: record.number, name: record.shortName,
      fleetSetGeneration: record.fleetSetGeneration, sources: record.sources.map(Source.init),
      targetCount: record.targetCount, createdAt: Timestamp(record.createdAt), hold: record.hold)
  }
}

extension TargetResource {
  /// A target on the wire.
  init(_ record: TargetRecord) {
    func placed(_ bundle: TargetRecord.PlacedBundleRecord?) -> PlacedBundle? {
      bundle.map { PlacedBundle(bundle: $0.bundle, release: $0.release) }
    }
    self.init(
      id: record.id, fleetSet: record.fleetSet, name: record.name, cluster: record.clusterName, labels: record.labels,
      namespace: record.namespace, path: record.path, origin: record.origin, abandoned: record.isAbandoned,
      newest: record.newest, wanted: placed(record.wanted), applied: placed(record.applied),
      lastKnownGood: placed(record.lastKnownGood), health: record.health, message: record.message,
      reportedAt: record.reportedAt.map(Timestamp.init),
      drift: record.drift.map { found in
        DriftResource(
          objectCount: found.objectCount, fields: found.fields, loops: found.loops)
      }, warnings: record.idleRules.map { "ignoreDifferences: the target has no \($0.objects.words)" } + record.warnings
    )
  }
}

extension JSONValue {
  /// A document as a person would write it, from its stored canonical form, which has no name, and no kind but that of an
  /// ApplicationSet among FleetSets.
  ///
  /// - Parameter labels: the labels as they are now, when they can be changed without the document.
  init(
    kind: String, project: ProjectName, name: String, stored: [UInt8], labels: [String: String]? = nil
  ) throws {
    let parsed = try JSONDecoder().decode(JSONValue.self, from: Data(stored.isEmpty ? Array("{}".utf8) : stored))
    var document: [String: JSONValue] = [:]
    if case .object(let entries) = parsed { document = entries }
    var metadata: [String: JSONValue] = [:]
    if case .object(let entries)? = document["metadata"] { metadata = entries }
    metadata["name"] = .string(name)
    let isApplicationSet = document["kind"] == .string(ApplicationSets.kind)
    if project != .defaultProject {
      metadata[isApplicationSet ? "namespace" : "project"] = .string(project.rawValue)
    }
    if let labels { metadata["labels"] = labels.isEmpty ? nil : .object(labels.mapValues { .string($0) }) }
    document["apiVersion"] = .string(isApplicationSet ? ApplicationSets.apiVersion : Documents.apiVersion)
    document["kind"] = .string(isApplicationSet ? ApplicationSets.kind : kind)
    document["metadata"] = .object(metadata)
    self = .object(document)
  }

  /// The same with the password of `spec.url` masked.
  func maskingURL() -> JSONValue {
    guard case .object(var document) = self, case .object(var spec)? = document["spec"],
      case .string(let url)? = spec["url"]
    else { return self }
    spec["url"] = .string(maskedURL(url))
    document["spec"] = .object(spec)
    return .object(document)
  }
}

/// A URL with the password between `:` and `@` replaced, for people.
func maskedURL(_ url: String) -> String {
  guard let scheme = url.firstRange(of: "://") else { return url }
  let rest = url[scheme.upperBound...]
  let authority = rest.prefix { $0 != "/" }
  guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return url }
  return url[..<scheme.upperBound] + authority[..<colon] + ":…" + rest[at...]
}
