public import FleetDocuments
public import FleetModel
import Manifest

/// What of a bundle a cluster might refuse, or should not get: found once a bundle, and judged for every cluster.
public struct BundleContents: Hashable, Sendable {
  /// A kind of object, with the first place it is met.
  private struct UsedKind: Hashable, Sendable {
    var apiVersion: String
    var kind: String
    var place: Diagnostic
  }

  /// The most findings of one sort that are told.
  private static let most = 20

  private var kinds: [UsedKind] = []
  private var misfits: [Diagnostic] = []
  private var plainSecrets: [Diagnostic] = []

  /// Nothing.
  public init() {}

  mutating func add(_ entry: ManifestSources.Entry, _ manifest: Node, _ identity: ObjectIdentity) {
    let apiVersion = identity.apiVersion
    if !kinds.contains(where: { $0.apiVersion == apiVersion && $0.kind == identity.kind }) {
      let place = entry.problem(identity.display, field: "apiVersion", at: entry.manifest["apiVersion"]?.position)
      kinds.append(UsedKind(apiVersion: apiVersion, kind: identity.kind, place: place))
    }
    guard SopsMetadata(of: manifest) == nil else { return }
    for misfit in FieldTable.builtIn.misfits(of: manifest, apiVersion: apiVersion, kind: identity.kind)
    where misfits.count < Self.most {
      misfits.append(
        entry.problem(
          "\(identity.display): \(misfit.message)", field: misfit.path, hint: misfit.hint, at: misfit.position))
    }
    if apiVersion == "v1", identity.kind == "Secret", plainSecrets.count < Self.most, Self.isPlain(manifest) {
      plainSecrets.append(
        entry.problem(
          "\(identity.display) stands in plain text where everybody can read it who reads the repository",
          hint: "encrypt its file with SOPS, or let the cluster get it elsewhere; checks.plainSecrets: allow is silent")
      )
    }
  }

  /// Whether a Secret has a value that nobody has to decrypt first.
  private static func isPlain(_ secret: Node) -> Bool {
    let texts = (secret["stringData"]?.object?.entries ?? []).compactMap(\.value.string)
    let encoded = (secret["data"]?.object?.entries ?? []).compactMap { entry in
      entry.value.string.flatMap(BaseEncoding.base64.bytes(of:)).map { String(decoding: $0, as: UTF8.self) }
    }
    // A value may be a whole file that SOPS has encrypted, which the agent decrypts.
    return (texts + encoded).contains { !$0.isEmpty && !$0.contains("ENC[AES256_GCM,") }
  }

  /// What is to be said about the bundle on a cluster.
  ///
  /// - Parameters:
  ///   - version: the cluster's version of Kubernetes; nil when it is not known yet, so that nothing is refused for it.
  ///   - checks: what becomes of what is found.
  /// - Returns: errors for what is refused, and warnings.
  public func findings(on version: KubernetesVersion?, checks: SetChecks) -> [Diagnostic] {
    var findings = kinds.flatMap { finding(about: $0, on: version, checks.apiVersions) }
    // A newer Kubernetes may have fields that the table does not know.
    let isKnown = version.map { $0 <= FieldTable.builtIn.version } ?? false
    findings += misfits.judged(isKnown ? checks.fields : checks.fields.atMostWarn)
    findings += plainSecrets.judged(checks.plainSecrets)
    return findings
  }

  private func finding(
    about used: UsedKind, on version: KubernetesVersion?, _ verdict: SetChecks.Verdict
  ) -> [Diagnostic] {
    guard let served = ServedVersions.known(used.apiVersion, used.kind) else { return [] }
    var finding = used.place
    finding.hint = served.instead.isEmpty ? "" : "write apiVersion: \(served.instead)"
    let name = "\(used.apiVersion) \(used.kind)"
    guard let version else {
      guard let until = served.until else { return [] }
      finding.message = "\(used.place.message): Kubernetes \(until) and later have no \(name)"
      return [finding].judged(verdict.atMostWarn)
    }
    if let since = served.since, version < since {
      finding.hint = ""
      finding.message =
        "\(used.place.message): Kubernetes \(version), which the cluster has, has no \(name) yet; \(since) has"
      return [finding].judged(verdict)
    }
    if let until = served.until {
      if version >= until {
        finding.message = "\(used.place.message): Kubernetes \(version), which the cluster has, has no \(name) any more"
        return [finding].judged(verdict)
      }
      finding.message =
        "\(used.place.message): from Kubernetes \(until) on there is no \(name); the cluster has \(version)"
      return [finding].judged(verdict.atMostWarn)
    }
    return []
  }
}

extension SetChecks.Verdict {
  /// The verdict where it is not certain that the cluster would refuse.
  fileprivate var atMostWarn: SetChecks.Verdict { self == .refuse ? .warn : self }
}

extension [Diagnostic] {
  /// The findings as a verdict has them.
  fileprivate func judged(_ verdict: SetChecks.Verdict) -> [Diagnostic] {
    switch verdict {
    case .allow: []
    case .refuse: self
    case .warn:
      map { finding in
        var warning = finding
        warning.severity = .warning
        return warning
      }
    }
  }
}
