import FleetModel
import Manifest

/// One simulated cluster as a value: its objects, its watch log, its timers. Synchronous; the time comes in.
struct ClusterState: Sendable {
  /// What the cluster is made of.
  struct Options: Sendable {
    /// Its name.
    var name: String
    /// Where randomness starts.
    var seed: UInt64
    /// Whether workloads progress. Off, the cluster behaves like an API server without controllers (exchange 097).
    var runsControllers: Bool
    /// How many nodes there are.
    var nodes: Int
    /// How many changes the watch log remembers.
    var watchHistory = 1000
    /// The least log version: older watches get 410.
    var firstVersion = 100
  }

  /// One change, as watchers see it.
  struct Change: Sendable {
    var version: Int
    var storage: String
    var old: Node?
    var new: Node?
    /// The last state of a removed object, with the version of its removal.
    var final: Node?
  }

  let options: Options
  var now: Instant
  var scenario: Scenario
  var random: SeededRandom
  var version: Int
  var collections: [String: [ObjectKey: Node]] = [:]
  /// Who names an owner, by the owner's uid.
  var owned: [String: Set<ObjectKey>] = [:]
  var log: [Change] = []
  /// The version after which the log is complete.
  var logStart: Int
  var watchers: [Int: Watcher] = [:]
  /// Which watches look at a collection.
  var watching: [String: Set<Int>] = [:]
  var nextWatcher = 0
  var timers = TimerQueue<TimerAction>()
  var types: [String: [ResourceType]] = [:]
  /// Lists being read in chunks, by version and collection (exchange 036).
  var snapshots: [(version: Int, storage: String, objects: [ObjectKey: Node])] = []
  /// The next address of a Service.
  var nextAddress = 10
  var counters = RequestCounters()
  /// When a Pod was made, in milliseconds, because the API knows whole seconds only.
  var podStarts: [String: Int64] = [:]
  /// When a Pod was told to stop, in milliseconds.
  var podStops: [String: Int64] = [:]
  /// Why the last object that a controller wanted to make was refused; nil when it was made.
  var denial: String?

  init(options: Options, scenario: Scenario, now: Instant) {
    self.options = options
    self.scenario = scenario
    self.now = now
    random = SeededRandom(seed: options.seed ^ stableHash(options.name.utf8))
    version = options.firstVersion
    logStart = options.firstVersion
    for type in ResourceType.builtIn { types[type.storage, default: []].append(type) }
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
      seedObject(
        "Namespace",
        [
          "metadata": ["name": .text(name), "labels": ["kubernetes.io/metadata.name": .text(name)]],
          "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
        ])
    }
    for index in 0..<options.nodes { seedObject("Node", Self.node(options.name, index)) }
    seedObject(
      "StorageClass",
      [
        "metadata": [
          "name": "standard", "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
        ],
        "provisioner": "simulator.flotilla.dev/disk", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
      ])
    log = []
    logStart = version
  }

  private static func node(_ cluster: String, _ index: Int) -> Node {
    [
      "metadata": [
        "name": .text("node-\(index + 1)"),
        "labels": ["kubernetes.io/hostname": .text("node-\(index + 1)"), "kubernetes.io/os": "linux"],
      ],
      "spec": [:],
      "status": [
        "capacity": ["cpu": "8", "memory": "32Gi", "pods": "110"],
        "allocatable": ["cpu": "8", "memory": "32Gi", "pods": "110"],
        "conditions": [
          [
            "type": "Ready", "status": "True", "reason": "KubeletReady",
            "message": "kubelet is posting ready status",
          ]
        ],
        "addresses": [["type": "InternalIP", "address": .text("10.1.0.\(index + 1)")]],
        "nodeInfo": ["kubeletVersion": .text(Self.kubernetesVersion), "osImage": "simulated"],
      ],
    ]
  }

  /// The version that `/version` tells.
  static let kubernetesVersion = "v1.36.2"

  private mutating func seedObject(_ kind: String, _ object: Node) {
    let type = ResourceType.named(kind)
    var node: Node = ["kind": .text(type.kind), "apiVersion": .text(type.apiVersion)]
    for entry in object.object?.entries ?? [] { node[entry.key] = entry.value }
    stampNew(&node, type)
    _ = commit(type, old: nil, new: node)
  }

  /// The server's own metadata of a new object.
  mutating func stampNew(_ node: inout Node, _ type: ResourceType) {
    node.set(["metadata", "uid"], .text(random.uid()))
    node.set(["metadata", "creationTimestamp"], .text(Timestamp.text(now)))
    if type.tracksGeneration { node.set(["metadata", "generation"], 1) }
  }

  func object(_ key: ObjectKey) -> Node? { collections[key.storage]?[key] }

  /// The objects of a collection in the order of a list.
  func objects(_ storage: String, namespace: String = "") -> [Node] {
    guard let collection = collections[storage] else { return [] }
    return collection.filter { namespace.isEmpty || $0.key.namespace == namespace }
      .sorted { $0.key < $1.key }.map(\.value)
  }

  func type(_ storage: String, version: String? = nil) -> ResourceType? {
    types[storage]?.first { version == nil || $0.version == version }
  }

  /// Stores, replaces or removes an object under a new version, tells the watchers and wakes the controllers.
  /// - Returns: the object as stored, or the last state of a removed one.
  mutating func commit(_ type: ResourceType, old: Node?, new: Node?) -> Node {
    version += 1
    guard var object = new ?? old else { return Node(.null) }
    object.set(["metadata", "resourceVersion"], .text(String(version)))
    let key = ObjectKey(type, object.objectNamespace, object.objectName)
    collections[type.storage, default: [:]][key] = new == nil ? nil : object
    indexOwners(key, old: old, new: new)
    let change = Change(
      version: version, storage: type.storage, old: old, new: new == nil ? nil : object,
      final: new == nil ? object : nil)
    log.append(change)
    if log.count > options.watchHistory {
      let excess = log.count - options.watchHistory * 3 / 4
      logStart = log[excess - 1].version
      log.removeFirst(excess)
    }
    notify(change)
    wakeControllers(type, key, old: old, new: new == nil ? nil : object)
    return object
  }

  private mutating func indexOwners(_ key: ObjectKey, old: Node?, new: Node?) {
    let before = old?.ownerUIDs ?? []
    let after = new?.ownerUIDs ?? []
    guard before != after else { return }
    for uid in before where !after.contains(uid) {
      owned[uid]?.remove(key)
      if owned[uid]?.isEmpty == true { owned[uid] = nil }
    }
    for uid in after { owned[uid, default: []].insert(key) }
  }

  /// The objects that name an owner, by collection, namespace and name.
  func objects(ownedBy uid: String) -> [Node] {
    (owned[uid] ?? []).sorted().compactMap { object($0) }
  }

  /// Wakes whoever looks after an object: its own controller and its owner's.
  private mutating func wakeControllers(_ type: ResourceType, _ key: ObjectKey, old: Node?, new: Node?) {
    if type.kind == "CustomResourceDefinition" { serveDefinition(old: old, new: new) }
    let soon = now.millisecondsSinceEpoch + Int64(scenario.controllerDelayMilliseconds)
    if type.kind == "CustomResourceDefinition", new != nil { timers.schedule(.reconcile(key), at: soon) }
    guard options.runsControllers else { return }
    if type.kind == "Namespace", old == nil {
      controllerCreate(
        "ConfigMap",
        [
          "metadata": [
            "name": "kube-root-ca.crt",
            "annotations": ["kubernetes.io/description": "A real cluster has its certificate authority here."],
          ], "data": ["ca.crt": "simulated: there is none\n"],
        ], namespace: key.name)
      controllerCreate("ServiceAccount", ["metadata": ["name": "default"]], namespace: key.name)
    }
    if Self.controlledKinds.contains(type.kind) || new?.isDeleting == true {
      timers.schedule(.reconcile(key), at: soon)
    }
    if old == nil || new == nil || type.kind == "Pod" { wakeQuotas(of: key.namespace, at: soon) }
    for object in [old, new] {
      guard let owner = object?.controllerOwner, let kind = owner["kind"]?.string, let name = owner["name"]?.string
      else { continue }
      let ownerType = ResourceType.named(kind)
      timers.schedule(.reconcile(ObjectKey(ownerType, key.namespace, name)), at: soon)
    }
    if old == nil, let references = new?["metadata", "ownerReferences"]?.array {
      // An owner that was never there is a gone owner (exchange 078).
      for reference in references where !exists(reference, namespace: key.namespace) {
        timers.schedule(.collectGarbage(reference["uid"]?.string ?? ""), at: soon + 300)
      }
    }
    if new == nil, let old { timers.schedule(.collectGarbage(old.uid), at: soon) }
    if new == nil, type.kind != "Namespace", !key.namespace.isEmpty {
      let namespace = ObjectKey(ResourceType.named("Namespace"), "", key.namespace)
      if object(namespace)?.isDeleting == true { timers.schedule(.reconcile(namespace), at: soon) }
    }
  }

  private static let controlledKinds: Set<String> = [
    "Deployment", "ReplicaSet", "Pod", "StatefulSet", "DaemonSet", "Job", "PersistentVolumeClaim", "Service",
    "CustomResourceDefinition", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ResourceQuota",
  ]

  /// Does everything that is due.
  mutating func advance(to time: Instant) {
    if time > now { now = time }
    var steps = 0
    while let (action, due) = timers.popDue(now: time.millisecondsSinceEpoch) {
      // Late timers run at their own time, so that a simulated hour passes in the right order.
      if Instant(millisecondsSinceEpoch: due) > now { now = Instant(millisecondsSinceEpoch: due) }
      perform(action)
      steps += 1
      if steps > 20_000 { break }
    }
  }

  private mutating func perform(_ action: TimerAction) {
    switch action {
    case .reconcile(let key): reconcile(key)
    case .collectGarbage(let uid): collectGarbage(ownerUID: uid)
    case .endWatch(let identifier): endWatch(identifier)
    case .bookmark(let identifier): sendBookmark(identifier)
    }
  }

  mutating func wake(_ key: ObjectKey, afterMilliseconds delay: Int) {
    guard options.runsControllers else { return }
    timers.schedule(.reconcile(key), at: now.millisecondsSinceEpoch + Int64(max(1, delay)))
  }
}

/// How often what was asked.
public struct RequestCounters: Sendable, Equatable {
  /// Requests by verb.
  public var byVerb: [String: Int] = [:]
  /// Answers by status code.
  public var byCode: [Int: Int] = [:]
  /// Requests that the simulator does not implement; the last few, for the message of a failing test.
  public var notImplemented: [String] = []
}
