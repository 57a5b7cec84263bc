import Manifest

/// The kubeconfig files of simulated clusters.
public enum Kubeconfig {
  /// The document for some clusters, each a context of its name; the first is the current one. It is JSON, which is
  /// YAML too.
  public static func document(_ clusters: [SimulatedCluster], host: String, port: Int) -> [UInt8] {
    var entries: [Node] = []
    var users: [Node] = []
    var contexts: [Node] = []
    for cluster in clusters {
      let name = Node.text(cluster.name)
      entries.append([
        "name": name, "cluster": ["server": .text("http://\(host):\(port)/clusters/\(cluster.name)")],
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
