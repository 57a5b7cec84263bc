public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Which of these bundles are not stored yet.
  public func missingBundles(of digests: [Digest]) async throws(StoreError) -> Set<Digest> {
    try await read { session in
      let known = try session.rows(ReleaseQueries.knownBundles, .digests(digests), read: { try $0.digest() })
      return Set(digests).subtracting(known)
    }
  }

  /// Stores bundles; those stored already are left as they are.
  public func insertBundles(_ bundles: [BundleDraft]) async throws(StoreError) {
    // In parts, so that neither a statement nor a transaction grows with a whole release.
    var part: [BundleDraft] = []
    var partBytes = 0
    for bundle in bundles {
      part.append(bundle)
      partBytes += bundle.objects.reduce(200) { $0 + $1.canonicalJSON.count + 200 }
      if partBytes > 8 << 20 || part.count >= 1_000 {
        try await insertPart(part)
        (part, partBytes) = ([], 0)
      }
    }
    if !part.isEmpty { try await insertPart(part) }
  }

  private func insertPart(_ bundles: [BundleDraft]) async throws(StoreError) {
    try await change { session in
      var objects: [Digest: [UInt8]] = [:]
      for bundle in bundles {
        for object in bundle.objects { objects[object.digest] = object.canonicalJSON }
      }
      let digests = objects.keys.sorted()
      try session.execute(
        ReleaseQueries.insertObjects, .digests(digests), .byteArrays(digests.compactMap { objects[$0] }))
      let inserted = Set(
        try session.rows(
          ReleaseQueries.insertBundles, .digests(bundles.map(\.digest)),
          .ints(bundles.map { Int64($0.objects.count) }), read: { try $0.digest() }))
      var seen: Set<Digest> = []
      var rows: [(bundle: Digest, ordinal: Int64, object: BundleObjectDraft)] = []
      for bundle in bundles where inserted.contains(bundle.digest) && seen.insert(bundle.digest).inserted {
        rows += bundle.objects.enumerated().map { (bundle.digest, Int64($0.offset), $0.element) }
      }
      guard !rows.isEmpty else { return }
      try session.execute(
        ReleaseQueries.insertBundleObjects, .digests(rows.map(\.bundle)), .ints(rows.map(\.ordinal)),
        .digests(rows.map(\.object.digest)), .texts(rows.map(\.object.identity)))
    }
  }

  /// Stores a release with its targets.
  public func commitRelease(_ draft: ReleaseDraft) async throws(StoreError) -> ReleaseRecord {
    try await change { session in
      let set = try session.first(
        ReleaseQueries.lockFleetSet, .id(draft.fleetSet), .json(draft.sources), .int(draft.fleetSetGeneration)
      ) { row in
        (
          project: try row.name() as ProjectName, name: try row.name() as FleetSetName, generation: try row.int(),
          newest: try row.optionalInt(), content: try row.optionalDigest(), isSame: try row.optionalText() == "t",
          number: try row.int()
        )
      }
      guard let set else { throw StoreError(.notFound, "FleetSet \(draft.fleetSet) is gone") }
      guard set.generation <= draft.fleetSetGeneration else {
        throw StoreError(.lostRace, "\(set.name) was changed to generation \(set.generation) meanwhile")
      }
      guard set.newest == draft.replaces?.rawValue else {
        throw StoreError(.lostRace, "\(set.name) got another release meanwhile")
      }
      let id: Int64
      if let newest = set.newest, set.isSame, set.content == draft.contentDigest {
        id = newest
      } else {
        id = try session.insertRelease(draft, number: set.number + 1)
        let commits = draft.sources.map { "\($0.repository) \($0.chart?.description ?? $0.commit.id.short)" }.joined(
          separator: ", ")
        try session.record(
          Event(
            "release.created", project: set.project, fleetSet: set.name.rawValue,
            cause: ChangeCause(principal: Principal.flotilla.name),
            message: "release \(set.number + 1) with \(draft.targets.count) targets from \(commits)"))
        try session.wake(.start, [draft.fleetSet.rawValue])
        try session.execute(RemovalQueries.forgetShrink, .id(draft.fleetSet))
      }
      if let beginnings = draft.beginnings { try session.insert(beginnings, of: draft.fleetSet) }
      return try session.present(
        session.first(
          ReleaseQueries.release, .int(id), read: { try $0.optionalReleaseRecord(of: set.name) }) ?? nil)
    }
  }

  /// Targets that never ran anything and that the last good release does not have.
  public func newcomers(among draft: ReleaseDraft) async throws(StoreError) -> Newcomers? {
    try await read { session in
      let good = try session.first(
        ReleaseQueries.lastGood, .id(draft.fleetSet), .json(draft.sources), .int(draft.fleetSetGeneration)
      ) { row in
        Newcomers(
          targets: [], release: try row.id(), sources: try row.json(), canonicalJSON: Array(try row.text().utf8))
      }
      guard var newcomers = good else { return nil }
      newcomers.targets = try session.rows(
        ReleaseQueries.newcomers, .id(draft.fleetSet), .id(newcomers.release), .ids(draft.targets.map(\.cluster)),
        .texts(draft.targets.map(\.name.rawValue)), read: { try $0.name() })
      return newcomers.targets.isEmpty ? nil : newcomers
    }
  }

  /// Releases of a set, newest first.
  public func releases(
    of fleetSet: FleetSetName, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<ReleaseRecord> {
    try await read { session in
      let cursor = try after.map { text in
        guard let number = Int64(text) else { throw PageCursor.invalid }
        return number
      }
      let found = try session.rows(
        ReleaseQueries.releases, .name(project), .name(fleetSet), .int(cursor), .int(limit + 1),
        read: { try $0.optionalReleaseRecord(of: fleetSet) }
      ).compactMap { $0 }
      return Page(found, limit: limit) { String($0.number) }
    }
  }

  /// The releases of a set that a text names.
  public func releases(
    of fleetSet: FleetSetName, named text: String, in project: ProjectName
  ) async throws(StoreError) -> [ReleaseRecord] {
    let number = Int64(text.hasPrefix("#") ? text.dropFirst() : text[...])
    let isCommit = text.utf8.count >= 4 && text.allSatisfy(\.isHexDigit)
    return try await read { session in
      try session.rows(
        ReleaseQueries.named, .name(project), .name(fleetSet), .int(number), .text(isCommit ? text.lowercased() : ""),
        read: { try $0.optionalReleaseRecord(of: fleetSet) }
      ).compactMap { $0 }
    }
  }

  /// Targets of a set, or of all sets.
  public func targets(
    of fleetSet: FleetSetName?, cluster: ClusterName?, selector: LabelSelector?, onlyDrifted: Bool,
    in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<TargetRecord> {
    try await read { session in
      let cursor = try after.map { try PageCursor.split($0, parts: 3) } ?? []
      guard cursor.isEmpty || Int64(cursor[2]) != nil else { throw PageCursor.invalid }
      let found = try session.rows(
        onlyDrifted ? ReleaseQueries.driftedTargets : ReleaseQueries.targets, .name(project), .name(fleetSet),
        .name(cluster), .text(cursor.first),
        .text(cursor.count > 1 ? cursor[1] : nil), .text(cursor.last), .int(limit + 1),
        .json(selector.map(SelectorJSON.rows) ?? []),
        read: { try $0.targetRecord() })
      return Page(found, limit: limit) { target in
        PageCursor.join([target.fleetSet.rawValue, target.name.rawValue, target.id.description])
      }
    }
  }

  /// What each target of a release gets.
  public func bundles(
    of release: ReleaseID, on cluster: ClusterName?
  ) async throws(StoreError) -> [ReleasedBundle] {
    try await read { session in
      guard let cluster else {
        return try session.rows(ReleaseQueries.releaseBundles, .id(release), read: { try $0.releasedBundle() })
      }
      return try session.rows(
        ReleaseQueries.releaseBundlesOnCluster, .id(release), .name(cluster), read: { try $0.releasedBundle() })
    }
  }

  /// How many targets differ from what was applied, and how many are not repaired any more.
  public func driftCounts() async throws(StoreError) -> (drifted: Int, looping: Int) {
    let counts = try await read { session in
      try session.first(ReleaseQueries.driftCounts, read: { (drifted: try $0.int(), looping: try $0.int()) })
    }
    return (Int(counts?.drifted ?? 0), Int(counts?.looping ?? 0))
  }

  /// How the targets of a set are expanded now.
  public func targetSettings(of fleetSet: FleetSetID) async throws(StoreError) -> [TargetName: TargetSettings] {
    let found = try await read { session in
      try session.rows(ReleaseQueries.settings, .id(fleetSet), read: { try $0.targetSettings() })
    }
    return Dictionary(found, uniquingKeysWith: { first, _ in first })
  }

  /// How a release's targets on a cluster were expanded.
  public func targetSettings(
    of release: ReleaseID, on cluster: ClusterName
  ) async throws(StoreError) -> [TargetName: TargetSettings] {
    let found = try await read { session in
      try session.rows(
        ReleaseQueries.settingsOfRelease, .id(release), .name(cluster), read: { try $0.targetSettings() })
    }
    return Dictionary(found, uniquingKeysWith: { first, _ in first })
  }

  /// The objects' digests of a bundle in order.
  public func bundle(_ digest: Digest) async throws(StoreError) -> [Digest]? {
    try await read { session in
      let found = try session.rows(ReleaseQueries.bundle, .digest(digest), read: { try $0.optionalDigest() })
      return found.isEmpty ? nil : found.compactMap { $0 }
    }
  }

  /// Canonical JSON texts of objects, in the order asked.
  public func objects(_ digests: [Digest]) async throws(StoreError) -> [[UInt8]] {
    try await read { session in
      let found = try session.binaryRows(
        ReleaseQueries.objects, .digests(digests), read: { try $0.optionalBytes().map { Array($0) } })
      return try zip(digests, found).map { digest, bytes in
        guard let bytes else { throw StoreError(.notFound, "there is no object \(digest)") }
        return bytes
      }
    }
  }
}

extension Row {
  fileprivate mutating func releasedBundle() throws -> ReleasedBundle {
    ReleasedBundle(target: try name(), cluster: try name(), bundle: try digest())
  }

  fileprivate mutating func targetSettings() throws -> (TargetName, TargetSettings) {
    let target: TargetName = try name()
    var settings = TargetSettings(
      cluster: try name(), labels: try json(), namespace: try text(), repository: try name(), revision: try json(),
      path: try text(), isRecursive: try bool(), selfHeal: try bool(), prune: try bool(), createNamespace: try bool())
    settings.options = try json()
    return (target, settings)
  }
}

extension Session {
  fileprivate func insertRelease(_ draft: ReleaseDraft, number: Int64) throws -> Int64 {
    let id = try present(
      first(
        ReleaseQueries.insertRelease, .id(draft.fleetSet), .int(number), .int(draft.fleetSetGeneration),
        .json(draft.sources), .digest(draft.contentDigest), .int(draft.targets.count), read: { try $0.int() }))
    let targets = draft.targets
    let clusters = Parameter.ids(targets.map(\.cluster))
    let names = Parameter.texts(targets.map(\.name.rawValue))
    try execute(
      ReleaseQueries.abandonTargets, .id(draft.fleetSet), clusters, names, .text(draft.onRemoval.rawValue),
      .ids(draft.kept))
    do {
      try execute(ReleaseQueries.upsertTargets, .id(draft.fleetSet), .int(id), clusters, names)
    } catch let error as DatabaseError where error.isDuplicate {
      throw StoreError(.conflict, "two targets of the set have one name")
    }
    let inserted = try insert(targets, release: ReleaseID(id), of: draft.fleetSet)
    guard inserted == targets.count else {
      throw StoreError(.internal, "\(inserted) of \(targets.count) targets were stored")
    }
    try execute(ReleaseQueries.insertPlacements, .int(id))
    try execute(ReleaseQueries.setNewest, .id(draft.fleetSet), .int(id))
    return id
  }

  private func insert(
    _ targets: [ReleaseTargetDraft], release: ReleaseID, of fleetSet: FleetSetID
  ) throws -> Int {
    try execute(
      ReleaseQueries.insertTargets, .id(fleetSet), .id(release), .ids(targets.map(\.cluster)),
      .texts(targets.map(\.name.rawValue)), .digests(targets.map(\.bundle)), .jsons(targets.map(\.labels)),
      .texts(targets.map(\.namespace)), .texts(targets.map(\.repository.rawValue)), .texts(targets.map(\.path)),
      .texts(targets.map(\.origin)), .bools(targets.map(\.selfHeal)), .bools(targets.map(\.prune)),
      .bools(targets.map(\.createNamespace)), .jsons(targets.map(\.revision)), .bools(targets.map(\.isRecursive)),
      .jsons(targets.map(\.options)))
  }

  /// The last good release gets what new targets begin with; those it has already stay as they are.
  fileprivate func insert(_ beginnings: ReleaseBeginnings, of fleetSet: FleetSetID) throws {
    let added = try insert(beginnings.targets, release: beginnings.release, of: fleetSet)
    guard added > 0 else { return }
    try execute(ReleaseQueries.addTargets, .id(beginnings.release), .int(added))
    try wake(.start, [fleetSet.rawValue])
  }
}

extension Row {
  fileprivate mutating func targetRecord() throws -> TargetRecord {
    TargetRecord(
      id: try id(), fleetSet: try name(), name: try name(), clusterName: try name(), labels: try json(),
      namespace: try text(), path: try text(), origin: try text(), isAbandoned: try bool(),
      newest: try optionalDigest(), wanted: try placedBundle(), applied: try placedBundle(),
      lastKnownGood: try placedBundle(), health: try raw(), message: try text(), reportedAt: try optionalInstant(),
      drift: try optionalJSON(), warnings: try json(), idleRules: try json())
  }

  private mutating func placedBundle() throws -> TargetRecord.PlacedBundleRecord? {
    let bundle = try optionalDigest()
    let release = try optionalText()
    return bundle.map { TargetRecord.PlacedBundleRecord(bundle: $0, release: release ?? "") }
  }
}
