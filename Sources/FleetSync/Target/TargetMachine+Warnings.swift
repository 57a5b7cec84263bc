import FleetModel
import Manifest

extension TargetMachine {
  /// The most warnings of a report.
  static let mostWarnings = 20

  /// The rules about ignored fields that match nothing in any of the objects they travel with, in words.
  ///
  /// Nothing is said before all of those objects have been seen as they are applied.
  var idleRules: [String] {
    guard activity == .settled, objects != nil else { return [] }
    var carriers: [IgnoredRule: [ObjectIdentity]] = [:]
    var excluded: Set<IgnoredRule> = []
    for (identity, object) in owned where !object.options.ignoredRules.isEmpty {
      let idle = live[identity]?.idleRules ?? []
      for rule in object.options.ignoredRules {
        if idle.contains(rule) { carriers[rule, default: []].append(identity) } else { excluded.insert(rule) }
      }
    }
    let told = carriers.filter { !excluded.contains($0.key) }.compactMap { rule, identities -> String? in
      guard let first = identities.min() else { return nil }
      let name = rule.annotation == IgnoredDifference.setAnnotation ? "ignoreDifferences" : rule.annotation
      let more = identities.count > 1 ? " (and \(identities.count - 1) more)" : ""
      return "\(name): \(rule.words) matches nothing in \(first.display)\(more)"
    }.sorted()
    let more = told.count > Self.mostWarnings ? ["and \(told.count - Self.mostWarnings) more"] : []
    return told.prefix(Self.mostWarnings) + more
  }
}
