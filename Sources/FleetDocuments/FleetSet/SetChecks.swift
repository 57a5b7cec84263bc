/// What becomes of a set's targets whose manifests a cluster would refuse, or should not get (`spec.checks`).
public struct SetChecks: Hashable, Sendable {
  /// What is done about a finding.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// No release is made; the last good one goes on.
    case refuse
    /// It is told, and stops nothing.
    case warn
    /// It is not looked for.
    case allow
  }

  /// Fields that a built-in kind does not have, or has with another type.
  public var fields = Verdict.refuse
  /// API versions that the cluster's Kubernetes does not serve.
  public var apiVersions = Verdict.refuse
  /// Secrets that stand in Git in plain text.
  public var plainSecrets = Verdict.warn

  /// The usual verdicts.
  public init() {}
}

extension FieldReader {
  /// The checks of a set.
  func setChecks() -> SetChecks? {
    MapReader.read(self) { map in
      var checks = SetChecks()
      checks.fields = map.optional("fields")?.choice(SetChecks.Verdict.self) ?? checks.fields
      checks.apiVersions = map.optional("apiVersions")?.choice(SetChecks.Verdict.self) ?? checks.apiVersions
      checks.plainSecrets = map.optional("plainSecrets")?.choice(SetChecks.Verdict.self) ?? checks.plainSecrets
      return checks
    }
  }
}
