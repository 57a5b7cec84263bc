public import FleetModel
public import Manifest

/// A target's objects as other tools see them: the ApplySet convention of Kubernetes (KEP 3659).
///
/// The record of the target is the set's parent. `kubectl get deployments,configmaps -A -l
/// applyset.kubernetes.io/part-of=ID` lists the members; the parent's annotations say where and of what kind they are.
public struct ApplySet: Hashable, Sendable {
  /// The label of the members.
  public static let memberLabel = "applyset.kubernetes.io/part-of"
  /// The label of the parent.
  public static let parentLabel = "applyset.kubernetes.io/id"

  /// The set's name, of which both labels have the value.
  public let id: String
  private let namespace: String

  /// The set of a target.
  ///
  /// - Parameter agentNamespace: where the record is.
  public init(target: TargetID, agentNamespace: String) {
    namespace = agentNamespace
    let parent = "\(TargetRecord.name(of: target)).\(agentNamespace).ConfigMap."
    id = "applyset-\(Self.base64(of: Digest.sha256(Array(parent.utf8))))-v1"
  }

  /// The document with the member's label.
  public func marking(_ document: Node) -> Node {
    var document = document
    if document["metadata", "labels"]?.object == nil { document["metadata"]?["labels"] = [:] }
    document["metadata"]?["labels"]?[Self.memberLabel] = Node(.string(id))
    return document
  }

  /// What the parent says about the members.
  func annotations(of inventory: [ObjectIdentity]) -> [(name: String, value: String)] {
    let kinds = Set(inventory.map { $0.group.isEmpty ? $0.kind : "\($0.kind).\($0.group)" })
    let namespaces = Set(inventory.map(\.namespace)).subtracting(["", namespace])
    return [
      ("applyset.kubernetes.io/tooling", "flotilla/v1"),
      ("applyset.kubernetes.io/contains-group-kinds", kinds.sorted().joined(separator: ",")),
      ("applyset.kubernetes.io/additional-namespaces", namespaces.sorted().joined(separator: ",")),
    ]
  }

  /// Base64 for URLs (RFC 4648, 5) without padding: the convention's spelling of the digest.
  private static func base64(of digest: Digest) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    var bits: UInt32 = 0
    var count = 0
    for digit in digest.hexadecimal {
      bits = bits << 4 | UInt32(digit.hexDigitValue ?? 0)
      count += 4
      guard count >= 6 else { continue }
      count -= 6
      text.append(alphabet[Int(bits >> UInt32(count)) & 63])
      bits &= (1 << UInt32(count)) - 1
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
    return text
  }
}
