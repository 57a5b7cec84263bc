public import FleetDocuments
public import FleetModel

/// The expansion of one set, kept for the next: only the parameter sets that differ from before, and those whose cluster
/// does, go through the template again. What comes out is always what ``expand(_:named:inventory:answers:time:file:)``
/// makes of the same input.
public struct KeptExpansion: Sendable {
  /// The set's `spec`.
  public let definition: FleetSetDefinition
  private let name: FleetSetName
  private let time: TemplateTime
  private let file: String
  private var memory: EvaluationMemory?
  private var direct: ClusterTargets?
  /// Rows taken in since the last whole expansion.
  private var rowCount = 0

  /// Begins with nothing.
  ///
  /// - Parameter isForOnce: whether there is no next time, so that nothing need be kept.
  public init(
    _ definition: FleetSetDefinition, named name: FleetSetName = "", time: TemplateTime = .unknown, file: String = "",
    isForOnce: Bool = false
  ) {
    memory = isForOnce ? nil : EvaluationMemory()
    self.definition = definition
    self.name = name
    self.time = time
    self.file = file
  }

  /// How many parameter sets went through the template since the beginning.
  public var evaluated: Int { memory?.evaluated ?? 0 }
  /// How many needed not, because nothing that they depend on had changed.
  public var kept: Int { memory?.kept ?? 0 }
  /// The number of targets that are kept, to bound what many sets take together.
  public private(set) var targetCount = 0

  /// Expands the set; see ``expand(_:named:inventory:answers:time:file:)``.
  public mutating func expand(
    inventory: Inventory, answers: [GeneratorRequest: GeneratorAnswer] = [:]
  ) -> Expansion {
    if let rows = direct?.changedRows(to: inventory), update(rows) != nil, let direct {
      return .targets(direct.targets, isolated: [], problems: [])
    }
    direct = nil
    let expansion = FleetGenerators.expand(
      definition, named: name, inventory: inventory, answers: answers, time: time, file: file, memory: &memory)
    switch expansion {
    case .needs: break
    case .targets(let targets, let isolated, let problems):
      rowCount = 0
      memory?.end(isWhole: true)
      targetCount = targets.count
      if memory != nil, isolated.isEmpty, problems.isEmpty {
        direct = ClusterTargets(targets, of: definition, inventory: inventory)
      }
    case .empty, .failed: memory?.end(isWhole: false)
    }
    return expansion
  }

  /// Takes in that rows of clusters changed: their labels, annotations or project. Takes time by their number, not by that
  /// of all clusters.
  ///
  /// - Returns: the targets that came, went or changed; nil when that cannot be told without expanding the set again,
  ///   because it is not one of `clusters` alone, or something is to be said about it.
  public mutating func update(_ rows: [InventoryCluster]) -> [TargetUpdate]? {
    rowCount += rows.count
    // What rows made before is forgotten by a whole expansion, which is due when that is as much as all of it.
    guard rowCount <= targetCount + 1_000, var own = direct.take() else { return nil }
    let changes = own.update(rows, definition: definition, named: name, time: time, file: file, memory: &memory)
    if changes != nil {
      targetCount = own.count
      direct = own
    }
    return changes
  }
}

/// What became of one target.
public struct TargetUpdate: Hashable, Sendable {
  /// As it was; nil for one that came.
  public var before: ExpandedTarget?
  /// As it is; nil for one that went.
  public var after: ExpandedTarget?
}
