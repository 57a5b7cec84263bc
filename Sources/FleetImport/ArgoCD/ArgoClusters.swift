import FleetDocuments
import FleetGenerators
import FleetModel
import Manifest

/// Cluster documents of the Secrets by which Argo CD knows its clusters. What is secret in them stays there.
struct ArgoClusters {
  private static let localServer = "https://kubernetes.default.svc"
  private static let localName = "in-cluster"

  private let project: ProjectName
  private let usesKubeconfigs: Bool
  private var clusters: [Cluster] = []
  private var names: Set<String> = []
  private var servers: Set<String> = []

  init(project: ProjectName, usesKubeconfigs: Bool) {
    self.project = project
    self.usesKubeconfigs = usesKubeconfigs
  }

  mutating func add(_ secret: SourceDocument, _ book: inout ImportBook) {
    guard let server = secretText(secret, "server"), !server.isEmpty else {
      book.leaveOut(secret, "data.server", "the Secret of a cluster names no server, so it is no cluster")
      return
    }
    // Argo CD calls a cluster without a name by its server.
    let original = secretText(secret, "name").flatMap { $0.isEmpty ? nil : $0 } ?? server
    let name = NameBook.valid(original)
    guard names.insert(name).inserted else {
      book.leaveOut(
        secret, secretField(secret, "name"), "cluster \"\(original)\" would be \"\(name)\", as another one is already",
        hint: "give one of them another name")
      return
    }
    if name != original {
      book.differs(
        secret, secretField(secret, "name"),
        "cluster \"\(original)\" is called \"\(name)\" now; sets still know it by its old name")
    }
    servers.insert(server)
    var annotations = secret.annotations.filter { !Self.isKubectls($0.key) }
    annotations[InventoryCluster.serverAnnotation] = server
    if name != original { annotations[InventoryCluster.nameAnnotation] = original }
    // Keys and values that Kubernetes took are taken here too.
    write(
      Cluster(project: project, name: ClusterName(name), labels: secret.labels, annotations: annotations), &book)
    noteWithoutPlace(secret, name: name, &book)
  }

  private static func isKubectls(_ key: String) -> Bool {
    key == "kubectl.kubernetes.io/last-applied-configuration" || key == "managed-by"
  }

  private mutating func write(_ cluster: Cluster, _ book: inout ImportBook) {
    var cluster = cluster
    let name = cluster.name.rawValue
    if usesKubeconfigs {
      cluster.connection = .kubeconfig(credential: "\(name)-kubeconfig")
      book.step(
        "flotilla credential set \(name)-kubeconfig --kubeconfig FILE --context CONTEXT", in: project,
        "how the controller reaches cluster \(name)")
    } else {
      book.step(
        "flotilla cluster token \(name) --token-out FILE", in: project, "what the agent of cluster \(name) joins with")
    }
    clusters.append(cluster)
  }

  private func noteWithoutPlace(_ secret: SourceDocument, name: String, _ book: inout ImportBook) {
    if let config = secretText(secret, "config") {
      book.differs(
        secret, secretField(secret, "config"), "how Argo CD signs in is not imported",
        hint: usesKubeconfigs
          ? "store a kubeconfig: flotilla credential set \(name)-kubeconfig --kubeconfig FILE"
          : "let an agent join from the cluster: flotilla cluster token \(name)")
      if config.contains("execProviderConfig") || config.contains("awsAuthConfig"), usesKubeconfigs {
        book.leaveOut(
          secret, secretField(secret, "config"), "Argo CD signs in with a program, which the controller does not run",
          hint: "use an agent for this cluster, or a kubeconfig with a token or certificate")
      }
    }
    for (key, why, hint) in [
      ("namespaces", "which namespaces are managed is not limited", "give the agent rights in these namespaces only"),
      ("clusterResources", "objects without a namespace are not left out", "give the agent no rights for them"),
      ("project", "a cluster of one AppProject only is seen by every set here", "use a project of its own for it"),
    ] where secretText(secret, key)?.isEmpty == false {
      book.leaveOut(secret, secretField(secret, key), why, hint: hint)
    }
  }

  // MARK: The cluster of Argo CD itself

  /// Argo CD's own cluster is there without a Secret; here it is a cluster as the others when a set comes to it.
  mutating func addLocalCluster(for sets: [ArgoSet], _ book: inout ImportBook) {
    guard !servers.contains(Self.localServer), !names.contains(Self.localName) else { return }
    var isUsed = false
    for set in sets {
      ArgoSet.visit(set.document["spec"] ?? Node(.null), path: "spec") { node, _ in
        if node["server"]?.string == Self.localServer || node["name"]?.string == Self.localName { isUsed = true }
        if let clusters = node["clusters"], clusters.array == nil, clusters["selector"]?.isUnset ?? true {
          isUsed = true
        }
      }
    }
    guard isUsed else { return }
    write(
      Cluster(
        project: project, name: ClusterName(Self.localName),
        annotations: [InventoryCluster.serverAnnotation: Self.localServer]), &book)
    for set in sets { noteNewMatches(set, &book) }
  }

  /// A selector that asks for nothing to be there matches the local cluster, which Argo CD leaves out then.
  private func noteNewMatches(_ set: ArgoSet, _ book: inout ImportBook) {
    func visit(_ entries: [GeneratorEntry], _ path: String) {
      for (index, entry) in entries.enumerated() {
        let place = "\(path)[\(index)].\(entry.generator.kind)"
        if case .clusters(let clusters) = entry.generator, !clusters.selector.isEmpty, clusters.selector.matches([:]) {
          book.differs(
            set.source, "\(place).selector", "matches \(Self.localName) too, which Argo CD never does with a selector",
            hint: "ask for the label argocd.argoproj.io/secret-type: cluster as well, which the others have")
        }
        visit(entry.generator.children, "\(place).generators")
      }
    }
    visit(set.definition.generators, "spec.generators")
  }

  // MARK: Writing

  func write(_ book: inout ImportBook) {
    for cluster in clusters.sorted(by: { $0.name < $1.name }) {
      book.add(DocumentWriter.node(for: cluster))
    }
  }
}
