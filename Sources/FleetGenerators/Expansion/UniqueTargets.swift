import FleetDocuments
import FleetModel

/// The targets of several entries, of which no two have one name.
struct UniqueTargets {
  private(set) var targets: [ExpandedTarget] = []
  private var names = UniqueNames()

  mutating func add(_ others: [ExpandedTarget], problems: inout Problems) {
    targets.reserveCapacity(targets.count + others.count)
    for target in others where names.add(target, problems: &problems) { targets.append(target) }
  }
}

/// The names that targets have, with what made them.
struct UniqueNames {
  private var origins: [TargetName: TargetOrigin] = [:]

  var count: Int { origins.count }

  /// Adds a target's name; false when another one has it, which is noted.
  mutating func add(_ target: ExpandedTarget, problems: inout Problems) -> Bool {
    if let first = origins[target.name] {
      problems.add(
        Diagnostic(
          field: "spec.template.metadata.name",
          message: "two targets are named \"\(target.name)\": one of \(first), one of \(target.origin)",
          hint: "put what tells them apart into the name, for example the cluster's name"))
      return false
    }
    origins[target.name] = target.origin
    return true
  }
}
