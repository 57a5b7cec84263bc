public import FleetModel
public import FleetPlanner

/// Targets that leave their set, and sets that are deleted with their workloads (R24, R25). Called by the expansion and
/// start tasks and by the API.
public protocol RemovalStore: Sendable {
  /// Who leaves a set when these targets stay, by name in order; with them those that left before, wait for their removal
  /// and are not among these either.
  func leavingTargets(
    of fleetSet: FleetSetID, staying targets: [ReleaseTargetDraft]
  ) async throws(StoreError) -> [LeavingTarget]
  /// Whether a person has accepted that a set shrinks to this expansion.
  func isShrinkAccepted(_ expansion: Digest, of fleetSet: FleetSetID) async throws(StoreError) -> Bool
  /// Stores a shrink that waits for a person; nil forgets the one that did. Another one voids an acceptance.
  func propose(_ shrink: ShrinkProposal?, of fleetSet: FleetSetID) async throws(StoreError)
  /// Accepts the shrink that waits, and wakes the set's expansion.
  /// - Throws: `conflict` when none, or another one, waits; `notFound` when there is no such set.
  func acceptShrink(
    _ expansion: Digest, of name: FleetSetName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError)
  /// Ends a set that was being deleted, when nothing of it is left to remove; does nothing with another one.
  func endDeletedFleetSet(_ id: FleetSetID) async throws(StoreError)
}
