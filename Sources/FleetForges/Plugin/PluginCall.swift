import FleetGenerators
import FleetPorts
import Manifest

/// The protocol of generator plugins: one POST, one answer.
///
/// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Plugin/
enum PluginCall {
  /// The name of the Secret that a token without one is a key of.
  static let standardSecret = "argocd-secret"

  /// `$key` of the standard Secret, or `$secret:key`.
  static func reference(_ text: String) -> SecretReference? {
    guard text.hasPrefix("$"), text.count > 1 else { return nil }
    let parts = text.dropFirst().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1 { return SecretReference(name: standardSecret, key: parts[0]) }
    return parts.contains("") ? nil : SecretReference(name: parts[0], key: parts[1])
  }

  static func request(_ call: PluginRequest, base: ForgeURL, set: String) -> ForgeRequest {
    let body: Node = ["applicationSetName": Node(.string(set)), "input": ["parameters": call.parameters]]
    return ForgeRequest(
      .post, base.appending("api", "v1", "getparams.execute"),
      headers: [("content-type", "application/json"), ("accept", "application/json")], body: JSON.bytes(body),
      timeout: call.timeout)
  }
}
