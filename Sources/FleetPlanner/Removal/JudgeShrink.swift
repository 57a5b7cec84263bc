public import FleetModel

/// A target that a new expansion of its set has no more, or that left with an earlier one and has not been removed yet.
public struct LeavingTarget: Hashable, Sendable {
  /// The target.
  public var target: TargetID
  /// The target's name.
  public var name: TargetName
  /// The cluster's name.
  public var clusterName: ClusterName
  /// The generator entry that made it, as it was stored.
  public var origin: String
  /// Whether its cluster has left the inventory.
  public var isClusterRemoved: Bool
  /// Whether it left earlier and waits for its removal.
  public var awaitsRemoval: Bool
  /// The cluster.
  public var cluster: ClusterID = 0
  /// The target's own labels, which say its stage.
  public var labels: [String: String] = [:]

  /// Makes a target.
  public init(
    target: TargetID, name: TargetName, clusterName: ClusterName, origin: String, isClusterRemoved: Bool = false,
    awaitsRemoval: Bool = false
  ) {
    self.target = target
    self.name = name
    self.clusterName = clusterName
    self.origin = origin
    self.isClusterRemoved = isClusterRemoved
    self.awaitsRemoval = awaitsRemoval
  }
}

/// What decides whether a smaller expansion may take the place of the last one.
public struct ShrinkInput: Hashable, Sendable {
  /// The targets that the set has now, before the shrink.
  public var current: Int
  /// The targets that the set would have.
  public var staying: Int
  /// Who leaves, and who left and waits for removal.
  public var leaving: [LeavingTarget]
  /// The digest of who stays: what a person accepts.
  public var expansion: Digest
  /// Entries of `spec.generators` whose errors concern their own targets only: those stay as they are.
  public var isolated: [Int]
  /// How many targets may leave at once without being asked for (`budgets.removals`).
  public var budget: IntOrPercent
  /// Whether a person has accepted this very expansion.
  public var isAccepted: Bool
  /// The stages that have a budget of their own.
  public var stages: [StageShrink] = []

  /// Makes an input.
  public init(
    current: Int, staying: Int, leaving: [LeavingTarget], expansion: Digest, isolated: [Int] = [], budget: IntOrPercent,
    isAccepted: Bool = false
  ) {
    self.current = current
    self.staying = staying
    self.leaving = leaving
    self.expansion = expansion
    self.isolated = isolated
    self.budget = budget
    self.isAccepted = isAccepted
  }
}

/// Whether a smaller expansion may take the place of the last one (R24).
public enum ShrinkDecision: Hashable, Sendable {
  /// It may. `kept` are those whose workloads stay whatever the set says: their generator failed and is isolated, or their
  /// cluster has left the inventory.
  case allowed(kept: [TargetID])
  /// The last one stays until a person accepts this one.
  case needsApproval(ShrinkProposal)
}

/// A shrink that waits for a person.
public struct ShrinkProposal: Hashable, Sendable, Codable {
  /// What is accepted: the digest of who stays.
  public var expansion: Digest
  /// Who would leave, as `TARGET on CLUSTER`, by name in order.
  public var leaving: [String]
  /// How many the set has now.
  public var current: Int
  /// How many may leave without being asked for.
  public var budget: Int
  /// Why, when it is the budget of a stage that does not allow it; nil for that of the set.
  public var stageReason: String?

  /// Makes a proposal.
  public init(expansion: Digest, leaving: [String], current: Int, budget: Int) {
    self.expansion = expansion
    self.leaving = leaving
    self.current = current
    self.budget = budget
  }
}

/// Decides whether a smaller expansion may take the place of the last one: more than the budget may leave only when a
/// person has accepted it by name (R24, AMENDMENTS 38), and nobody may be left only then. Who leaves with its cluster, or
/// because its own generator failed, is no shrink; nor is, as long as others stay, the target of a pull request, which
/// leaves because somebody closed that.
public func judgeShrink(_ input: ShrinkInput) -> ShrinkDecision {
  let entries = input.isolated.map { "spec.generators[\($0)]" }
  var kept: [TargetID] = []
  var counted: [LeavingTarget] = []
  for target in input.leaving {
    if target.isClusterRemoved || entries.contains(where: target.origin.hasPrefix) {
      if !target.awaitsRemoval { kept.append(target.target) }
    } else if input.staying == 0 || !target.isOfPullRequest {
      counted.append(target)
    }
  }
  let isNew = counted.contains { !$0.awaitsRemoval }
  let before = input.current + counted.count { $0.awaitsRemoval }
  let budget = input.staying == 0 ? 0 : input.budget.budget(of: before)
  let stageReason = input.stages.lazy.compactMap { $0.reason(against: counted) }.first
  guard isNew, counted.count > budget || stageReason != nil, !input.isAccepted else { return .allowed(kept: kept) }
  let names = counted.sorted { ($0.name, $0.clusterName) < ($1.name, $1.clusterName) }
  var proposal = ShrinkProposal(
    expansion: input.expansion, leaving: names.map { "\($0.name) on \($0.clusterName)" }, current: input.current,
    budget: budget)
  if counted.count <= budget { proposal.stageReason = stageReason }
  return .needsApproval(proposal)
}

extension StageShrink {
  /// Why so many may not leave; nil when they may.
  fileprivate func reason(against leaving: [LeavingTarget]) -> String? {
    let own = leaving.count { members.contains($0.target) }
    guard own > budget else { return nil }
    return "\(own) of the \(members.count) targets of stage \(stage), which allows \(budget)"
  }
}

extension LeavingTarget {
  /// Whether a pull request made it, as `TargetOrigin` words it.
  fileprivate var isOfPullRequest: Bool { origin.contains("pull request ") }
}

extension ShrinkProposal {
  /// The condition's reason.
  public var reason: String { leaving.count == current ? "EmptyExpansion" : "ShrinkNeedsApproval" }

  /// What somebody should know and do.
  public func message(of fleetSet: FleetSetName) -> String {
    let more = leaving.count > 10 ? " and \(leaving.count - 10) more" : ""
    let why = stageReason.map { ", among them \($0): " } ?? ", without a person's word \(budget) may: "
    return "\(leaving.count) of \(current) targets would leave\(why)"
      + leaving.prefix(10).joined(separator: ", ") + more
      + "; what ran before goes on. If it is meant: flotilla fleetset accept \(fleetSet) --expansion \(expansion.short)"
      + " --reason TEXT"
  }
}
