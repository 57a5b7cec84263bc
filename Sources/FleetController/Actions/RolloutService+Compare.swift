public import FleetModel
internal import FleetPlanner
internal import FleetPorts

/// The bundles that a target goes from and to; nil where it has none.
struct BundlePair: Hashable {
  var old: Digest?
  var new: Digest?
}

extension RolloutService {
  /// What differs between two releases of a set.
  public struct ReleaseComparison: Sendable {
    /// The short names of the two.
    public var names: (from: String, to: String)
    /// What every target would get that differs, new and gone ones among them.
    public var changes: [Previewer.TargetChange]
    /// Targets that get the same.
    public var unchanged: Int
  }

  /// Compares two releases of a set, given by number, commit or short name; `to` is the newest when nil. Targets that go from
  /// the same bundle to the same bundle are compared once.
  ///
  /// - Throws: ``CommandRefusal`` for a set or release that is not there, ``StoreError``.
  public func compare(
    _ name: FleetSetName, in project: ProjectName, from: String, to: String?
  ) async throws -> ReleaseComparison {
    let (old, new) = (
      try await store.shownRelease(from, of: name, in: project), try await store.shownRelease(to, of: name, in: project)
    )
    let before = Dictionary(
      try await store.bundles(of: old.id, on: nil).map { ($0.target, $0.bundle) },
      uniquingKeysWith: { first, _ in first })
    var left = before
    var targets: [BundlePair: [TargetName]] = [:]
    var unchanged = 0
    for entry in try await store.bundles(of: new.id, on: nil) {
      left[entry.target] = nil
      if before[entry.target] == entry.bundle {
        unchanged += 1
      } else {
        targets[BundlePair(old: before[entry.target], new: entry.bundle), default: []].append(entry.target)
      }
    }
    for (target, bundle) in left { targets[BundlePair(old: bundle), default: []].append(target) }
    return ReleaseComparison(
      names: (old.shortName, new.shortName), changes: try await changes(of: targets), unchanged: unchanged)
  }

  /// The objects that a cluster gets from a set by a release (nil: the newest), by target, as canonical JSON; the data of
  /// Secrets is left out.
  ///
  /// - Throws: ``CommandRefusal`` for what is not there, ``StoreError``.
  public func shownManifests(
    of name: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [(target: TargetName, objects: [[UInt8]])] {
    let release = try await store.shownRelease(revision, of: name, in: project)
    let own = try await store.bundles(of: release.id, on: cluster)
    guard !own.isEmpty else {
      throw CommandRefusal(
        .notFound, "release \(release.shortName) of \(name) has no target on \(cluster)",
        hint: "`flotilla get targets --set \(name)` lists those of the newest")
    }
    var result: [(target: TargetName, objects: [[UInt8]])] = []
    for entry in own {
      let objects = try await objects(of: entry.bundle)
      result.append((entry.target, objects.map(BundleDifference.withoutSecrets)))
    }
    return result
  }
}
