import Manifest

/// The kubeconfig files of simulated clusters.
public enum Kubeconfig {
  /// The document for some clusters, each a context of its name; the first is the current one. It is JSON, which is
  /// YAML too.
  ///
  /// The token stands twice: as the user's bearer token, and as the password in the address, because kubectl sends
  /// bearer tokens over https only but a password in the address always.
  public static func document(_ clusters: [SimulatedCluster], host: String, port: Int) -> [UInt8] {
    var entries: [Node] = []
    var users: [Node] = []
    var contexts: [Node] = []
    for cluster in clusters {
      let name = Node.text(cluster.name)
      entries.append([
        "name": name,
        "cluster": ["server": .text("http://simulator:\(cluster.token)@\(host):\(port)/clusters/\(cluster.name)")],
      ])
      users.append(["name": name, "user": ["token": .text(cluster.token)]])
      contexts.append(["name": name, "context": ["cluster": name, "user": name, "namespace": "default"]])
    }
    let document: Node = [
      "apiVersion": "v1", "kind": "Config", "clusters": .list(entries), "users": .list(users),
      "contexts": .list(contexts), "current-context": contexts.first?["name"] ?? "",
    ]
    return JSONText.bytes(document) + [10]
  }
}
