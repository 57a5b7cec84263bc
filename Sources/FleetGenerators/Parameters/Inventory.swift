public import FleetModel
internal import FleetTemplate

/// The clusters that generators see.
public struct Inventory: Sendable {
  /// The clusters by name.
  private(set) var clusters: [InventoryCluster]
  /// Whether the cluster that Argo CD itself runs in is there without being written down.
  let hasLocalCluster: Bool
  private let byName: [String: Int]
  private let byServer: [String: Int]

  /// Makes an inventory. Of two clusters with one name the later one stays, as with Argo CD's Secrets.
  ///
  /// - Parameter hasLocalCluster: whether `in-cluster` is a cluster although none of them is, as it is for Argo CD.
  public init(_ clusters: [InventoryCluster], hasLocalCluster: Bool = false) {
    var unique: [String: InventoryCluster] = [:]
    for cluster in clusters { unique[cluster.name] = cluster }
    self.clusters = unique.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.hasLocalCluster = hasLocalCluster
    var byServer: [String: Int] = [:]
    var byName: [String: Int] = [:]
    for (index, cluster) in self.clusters.enumerated() {
      byName[cluster.name] = index
      if byName[cluster.clusterName] == nil { byName[cluster.clusterName] = index }
      if byServer[cluster.server] == nil { byServer[cluster.server] = index }
    }
    self.byName = byName
    self.byServer = byServer
  }

  /// Makes an inventory of Flotilla's clusters.
  public init(_ clusters: [Cluster]) { self.init(clusters.map(InventoryCluster.init)) }

  /// The cluster of a name; nil when there is none.
  public func cluster(named name: String) -> InventoryCluster? {
    if let index = byName[name] { return clusters[index] }
    return name == InventoryCluster.local.name && hasLocalCluster ? .local : nil
  }

  /// The cluster with an API server's URL; nil when there is none.
  public func cluster(at server: String) -> InventoryCluster? {
    if let index = byServer[server] { return clusters[index] }
    return server == InventoryCluster.local.server && hasLocalCluster ? .local : nil
  }

  /// The cluster that something refers to; nil when there is none.
  func cluster(_ reference: ClusterReference) -> InventoryCluster? {
    switch reference {
    case .name(let name): cluster(named: name)
    case .server(let server): cluster(at: server)
    }
  }

  /// Where the cluster of a name is in ``clusters``; nil when it is not there.
  func place(of name: String) -> Int? { byName[name] }

  /// Puts another row of the same cluster, with the same names, in its place.
  mutating func replace(_ row: InventoryCluster, at place: Int) { clusters[place] = row }

  /// The names, for suggestions.
  var names: some Sequence<String> { clusters.lazy.map(\.name) }
}

/// What a cluster is called by: its name or its URL.
enum ClusterReference: Hashable, Sendable {
  case name(String)
  case server(String)
}

/// A cluster as generators see it.
public struct InventoryCluster: Hashable, Sendable {
  /// The name that ApplicationSets know it by; Argo CD's may be any text.
  public var name: String
  /// The name of its Cluster document.
  public var clusterName: String
  /// The URL that ApplicationSets know it by.
  public var server: String
  /// Empty for the default project.
  public var project: String
  /// Labels.
  public var labels: [String: String]
  /// Annotations.
  public var annotations: [String: String]

  /// Makes a cluster.
  ///
  /// - Parameter clusterName: the name of its Cluster document; nil when that is the same.
  public init(
    name: String, clusterName: String? = nil, server: String = "", project: String = "",
    labels: [String: String] = [:], annotations: [String: String] = [:]
  ) {
    self.name = name
    self.clusterName = clusterName ?? name
    self.server = server
    self.project = project
    self.labels = labels
    self.annotations = annotations
  }

  /// The annotation with the URL that ApplicationSets know a cluster by.
  public static let serverAnnotation = "flotilla.dev/server"

  /// The annotation with the name that ApplicationSets know a cluster by, when a Cluster document cannot have it.
  public static let nameAnnotation = "flotilla.dev/name"

  /// The cluster that Argo CD itself runs in.
  static let local = InventoryCluster(name: "in-cluster", server: "https://kubernetes.default.svc")

  /// A cluster of Flotilla's. Nobody but its agent reaches it, so without the annotation its URL is only a name that is
  /// unique, for ApplicationSets that tell clusters apart by it. The two annotations are no parameters: they are what
  /// Argo CD keeps beside a cluster's own.
  public init(_ cluster: Cluster) {
    let name = cluster.name.rawValue
    var annotations = cluster.annotations
    let original = annotations.removeValue(forKey: Self.nameAnnotation)
    let server = annotations.removeValue(forKey: Self.serverAnnotation)
    self.init(
      name: original ?? name, clusterName: name, server: server ?? "https://\(name).cluster.invalid",
      project: cluster.project == .defaultProject ? "" : cluster.project.rawValue, labels: cluster.labels,
      annotations: annotations)
  }

  /// The parameters of GENERATORS 2.2.
  func parameters(isNested: Bool) -> [String: ParameterValue] {
    var result: [String: ParameterValue] = [
      "name": .string(name), "nameNormalized": .string(normalizedName(name)), "server": .string(server),
      "project": .string(project),
    ]
    let maps = [("labels", labels), ("annotations", annotations)].filter { !$0.1.isEmpty }
    if isNested {
      var metadata: [String: ParameterValue] = [:]
      for (key, values) in maps { metadata[key] = .map(values.mapValues { .string($0) }) }
      // Argo CD's local cluster has no metadata at all, the others have some even without labels.
      if self != Self.local { result["metadata"] = .map(metadata) }
    } else {
      for (map, values) in maps {
        for (key, value) in values { result["metadata.\(map).\(key)"] = .string(value) }
      }
    }
    return result
  }
}
