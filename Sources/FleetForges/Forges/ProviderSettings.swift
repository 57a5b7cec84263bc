import FleetDocuments
import Manifest

/// The fields of a provider, which were found right when the document was read.
struct ProviderSettings: Sendable {
  let kind: String
  let node: Node

  init(_ provider: ScmProvider) {
    kind = provider.kind
    node = provider.configuration
  }

  func text(_ key: String) -> String { node[key]?.string ?? "" }

  func flag(_ key: String, standard: Bool = false) -> Bool { node[key]?.boolean ?? standard }

  func texts(_ key: String) -> [String] { node.texts(key) }

  /// A reference to a key of a Secret; nil when it is not given.
  func reference(_ path: String...) -> SecretReference? {
    var node: Node? = self.node
    for key in path { node = node?[key] }
    guard let name = node?["secretName"]?.string, let key = node?["key"]?.string else { return nil }
    return SecretReference(name: name, key: key)
  }
}

/// A key of a stored secret.
struct SecretReference: Hashable, Sendable {
  var name: String
  var key: String
}
