public import FleetAPI
public import FleetController
public import FleetDocuments
public import FleetModel
import FleetPlanner
import FleetPorts

extension Previewer: PreviewService {
  /// The targets that a FleetSet expands to.
  public func preview(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> Preview {
    do {
      let (set, names) = try await expand(fleetSet, documents: documents, cluster: cluster, in: project)
      return Preview(
        sources: set.sources,
        targets: set.targets.map {
          PreviewedTarget(target: $0, clusterName: names[$0.cluster] ?? "", stage: nil)
        }, warnings: set.warnings)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// What a release of it would change, equal changes together, the largest group first.
  public func difference(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> PreviewedDifference {
    do {
      let difference: (changes: [TargetChange], warnings: [Diagnostic]) = try await difference(
        fleetSet, documents: documents, cluster: cluster, in: project)
      return PreviewedDifference(difference.changes, warnings: difference.warnings)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// What gave fields their values.
  public func origins(
    of fleetSet: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [TargetName: [ObjectOriginsResource]] {
    do {
      let found: [TargetName: [ObjectOrigins]] = try await origins(
        of: fleetSet, on: cluster, in: project, revision: revision)
      return found.mapValues { $0.map(ObjectOriginsResource.init) }
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// What of the targets themselves a release would change, equal changes together, the largest group first.
  public func settingsDifference(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> PreviewedDifference {
    do {
      let difference = try await targetDifference(fleetSet, documents: documents, cluster: cluster, in: project)
      return PreviewedDifference(difference.changes, warnings: difference.warnings)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }
}

extension ObjectOriginsResource {
  fileprivate init(_ found: ObjectOrigins) {
    self.init(
      object: found.object, fields: found.fields.map { Field(field: $0.path, value: $0.value, origins: $0.origins) })
  }
}

extension PreviewedDifference {
  init(_ changes: [Previewer.TargetChange], warnings: [Diagnostic]) {
    self.init(
      groups: PreviewedGroup.groups(of: changes),
      unchanged: changes.count { $0.action == .changed && $0.changes.isEmpty }, warnings: warnings)
  }
}

extension PreviewedGroup {
  private struct Change: Hashable {
    var action: ObjectChange.Action
    var objects: [ObjectChange]
  }

  /// Equal changes together, the largest group first; targets without a change are in none.
  static func groups(of changes: [Previewer.TargetChange]) -> [PreviewedGroup] {
    var groups: [Change: [TargetName]] = [:]
    for change in changes where change.action != .changed || !change.changes.isEmpty {
      groups[Change(action: change.action, objects: change.changes), default: []].append(change.target)
    }
    return groups.map { change, targets in
      PreviewedGroup(
        targets: targets.sorted(), action: .init(change.action), changes: change.objects.map(PreviewedChange.init))
    }
    .sorted { left, right in
      left.targets.count != right.targets.count
        ? left.targets.count > right.targets.count : (left.targets.first ?? "") < (right.targets.first ?? "")
    }
  }
}

extension PreviewedChange {
  init(_ change: ObjectChange) {
    self.init(object: change.object, action: .init(change.action), fields: change.fields)
  }
}

extension PreviewedChange.Action {
  init(_ action: ObjectChange.Action) {
    switch action {
    case .added: self = .added
    case .changed: self = .changed
    case .removed: self = .removed
    }
  }
}
