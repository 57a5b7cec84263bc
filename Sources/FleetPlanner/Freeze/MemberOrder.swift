internal import Crypto
internal import FleetModel

/// The members of a run in its order (R3): the order label's integer, missing last; then the cluster's name bytewise, or
/// SHA-256(seed, name) so that a join moves nobody; then the target's name.
func ordered(
  _ members: [StartMember], by rule: OrderRule
) throws(FreezeRefusal) -> [StartMember] {
  var keyed: [(key: OrderKey, member: StartMember)] = []
  keyed.reserveCapacity(members.count)
  var problems: [String] = []
  for member in members {
    var weight = Int64.max
    if let label = rule.label, let text = member.clusterLabels[label] {
      if let number = Int64(text) {
        weight = number
      } else {
        problems.append(
          "cluster \(member.clusterName): label \(label) is \"\(text)\"; rollout.order needs a whole number there")
      }
    }
    keyed.append((OrderKey(weight: weight, shuffle: shuffleKey(member.clusterName, rule.shuffleSeed)), member))
  }
  guard problems.isEmpty else { throw FreezeRefusal(problems: Array(Set(problems)).sorted()) }
  keyed.sort { left, right in
    (left.key.weight, left.key.shuffle, left.member.clusterName, left.member.targetName)
      < (right.key.weight, right.key.shuffle, right.member.clusterName, right.member.targetName)
  }
  return keyed.map(\.member)
}

private struct OrderKey {
  var weight: Int64
  var shuffle: String
}

private func shuffleKey(_ name: ClusterName, _ seed: String?) -> String {
  guard let seed else { return "" }
  return sha256(of: seed + "\u{0}" + name.rawValue).hexadecimal
}

/// The SHA-256 of a text's UTF-8 bytes.
func sha256(of text: String) -> FleetModel.Digest {
  var hash = SHA256()
  hash.update(data: Array(text.utf8))
  guard let digest = FleetModel.Digest(bytes: Array(hash.finalize())) else {
    preconditionFailure("SHA-256 has 32 bytes")
  }
  return digest
}
