internal import FleetDocuments
public import FleetModel
internal import FleetPlanner
internal import FleetPorts
internal import FleetRender
internal import Manifest

/// An object that a cluster gets, with what gave its fields their values; those of a Secret are left out.
public struct ObjectOrigins: Sendable {
  /// A field.
  public struct Field: Sendable {
    /// The field, for example `spec.template.spec.containers[0].image`.
    public var path: String
    /// Its value: a text as it is, everything else as JSON.
    public var value: String
    /// What gave it a value, the first one first.
    public var origins: [FieldOrigin]
  }

  /// The object as `Kind namespace/name`.
  public var object: String
  /// Its fields, in the order of the manifest.
  public var fields: [Field]

  init?(_ found: OriginatedObject) {
    guard let identity = ObjectIdentity(of: found.manifest) else { return nil }
    let isSecret = identity.group.isEmpty && identity.kind == "Secret"
    object = identity.display
    fields = found.fields.map { field in
      let isMasked = isSecret && (field.path.hasPrefix("data") || field.path.hasPrefix("stringData"))
      let text = field.value.string ?? JSON.text(field.value, sortedKeys: true)
      return Field(path: field.path, value: isMasked ? "(hidden)" : text, origins: field.origins)
    }
  }
}

extension Previewer {
  /// What gave the fields of the objects that a cluster gets from a set by a release (nil: the newest) their values, by target.
  /// The release is rendered again, from its commits and with its settings, and must come to the same bundle.
  ///
  /// - Throws: ``CommandRefusal`` for what is not there or does not come to the same, `DiagnosticsError` for what cannot be
  ///   rendered any more, `StoreError`.
  public func origins(
    of name: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [TargetName: [ObjectOrigins]] {
    let release = try await store.shownRelease(revision, of: name, in: project)
    let settings = try await store.targetSettings(of: release.id, on: cluster)
    let repositories = try await store.allRepositories(of: project)
    let values = try await valueTemplates(of: name, in: project, release)
    let served = try await store.inventory(of: project).first { $0.name == cluster }?.apiVersions
    var result: [TargetName: [ObjectOrigins]] = [:]
    for entry in try await store.bundles(of: release.id, on: cluster) {
      guard var own = settings[entry.target] else {
        throw CommandRefusal(
          .conflict, "release \(release.shortName) was stored by a version that did not keep how it was rendered",
          hint: "look at a newer release")
      }
      // Only charts ask, and no other target has a version of Kubernetes among its settings.
      if own.options.kubernetesVersion != nil { own.options.servedVersions = served }
      let tree = try await tree(of: own, release, repositories)
      let (objects, bundle) = try await rendered(own, entry.target, tree, values)
      guard bundle == entry.bundle else {
        throw CommandRefusal(
          .conflict, "target \(entry.target) of release \(release.shortName) renders to something else today",
          hint:
            "another version of flotilla, helm or kustomize made it; without --origin its objects are shown as they are"
        )
      }
      result[entry.target] = objects
    }
    return result
  }

  /// The files that a target of a release was rendered from.
  private func tree(
    of settings: TargetSettings, _ release: ReleaseRecord, _ repositories: [Repository]
  ) async throws -> any SourceTree {
    guard let repository = repositories.first(where: { $0.name == settings.repository }),
      let source = release.sources.first(where: {
        $0.repository == repository.name && $0.revision == settings.revision.description
          && (repository.kind == .git || $0.chart?.name == settings.path)
      })
    else {
      throw CommandRefusal(
        .conflict, "the repository \(settings.repository) of release \(release.shortName) is not there any more",
        hint: "apply its document again")
    }
    do {
      if let chart = source.chart {
        return try await expander.sources.tree(of: chart, archive: source.commit.id, in: repository)
      }
      do {
        // Brings this machine to where the repository stands; the release's own commit is what counts.
        _ = try await expander.sources.resolve(settings.revision, in: repository)
      } catch  where error.code == .cancelled {
        throw CancellationError()
      } catch {}
      return try await expander.sources.tree(of: source.commit.id, in: repository)
    } catch let error as SourceError {
      throw CommandRefusal(
        .conflict, "commit \(source.commit.id.short) of repository \(repository.name) cannot be read: \(error.message)",
        hint: error.hint ?? "look at a newer release")
    }
  }

  private func rendered(
    _ settings: TargetSettings, _ target: TargetName, _ tree: any SourceTree, _ values: [String: String]
  ) async throws -> ([ObjectOrigins], FleetModel.Digest) {
    var answers: [RenderRequest: RenderAnswer] = [:]
    while true {
      try Task.checkCancellation()
      let rendering = renderOrigins(
        tree: tree, path: settings.path, namespace: settings.namespace, isRecursive: settings.isRecursive,
        options: settings.options, target: target.rawValue, valueSources: values, answers: answers)
      switch rendering {
      case .objects(let objects, let bundle): return (objects.compactMap(ObjectOrigins.init), bundle.digest)
      case .failed(let problems): throw DiagnosticsError(problems)
      case .needs(let requests):
        for request in requests { answers[request] = await expander.programs.answer(request, tree) }
      }
    }
  }

  /// The templates in the set that values for `${NAME}` were made by, by name: those of which it is certain, because the
  /// document has not changed since and all templates of it agree.
  private func valueTemplates(
    of name: FleetSetName, in project: ProjectName, _ release: ReleaseRecord
  ) async throws -> [String: String] {
    guard let record = try await store.fleetSet(name, in: project), record.generation == release.fleetSetGeneration,
      let definition = try? FleetSetReader.definition(of: record), case .target(let template) = definition.template
    else { return [:] }
    let all = [template] + definition.generators.compactMap(\.targetTemplate)
    guard Set(all.map(\.substitute)).count == 1, case .byKey(let texts)? = template.substitute else { return [:] }
    return texts.filter { $0.value.contains("{{") }
  }
}
