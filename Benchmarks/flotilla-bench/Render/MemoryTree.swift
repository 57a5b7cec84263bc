import FleetModel
import Foundation

/// Files in memory.
struct MemoryTree: SourceTree {
  let commit: CommitID
  private var contents: [String: [UInt8]] = [:]
  /// The files directly in each directory; none is asked for more.
  private var directories: [String: [SourceFile]] = [:]

  private init() {
    commit = CommitID(hexadecimal: String(repeating: "c0", count: 20)) ?? { preconditionFailure("forty digits") }()
  }

  /// The files below a folder.
  init(_ folder: URL) throws {
    self.init()
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      if let bytes = try? Data(contentsOf: folder.appendingPathComponent(path)) { add(path, [UInt8](bytes)) }
    }
  }

  /// A base with three objects, and overlays that differ in a namespace, a label, a count and a generated ConfigMap.
  init(overlays count: Int) {
    self.init()
    add("base/kustomization.yaml", Array("resources: [app.yaml]\n".utf8))
    add("base/app.yaml", Array(Self.base.utf8))
    for number in 0..<count {
      let overlay = """
        namespace: team-\(number % 50)
        resources: [../../base]
        labels:
        - pairs: {cluster: c\(number)}
          includeTemplates: true
        replicas:
        - {name: web, count: \(number % 5 + 1)}
        configMapGenerator:
        - name: settings
          literals: [cluster=c\(number), region=r\(number % 7)]
        """
      add("clusters/c\(number)/kustomization.yaml", Array(overlay.utf8))
    }
  }

  private static let base = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web}
    spec:
      replicas: 1
      selector:
        matchLabels: {app: web}
      template:
        metadata:
          labels: {app: web}
        spec:
          serviceAccountName: web
          containers:
          - name: main
            image: registry.example.com/web:v1
            args: ["--port=8080"]
            ports: [{name: http, containerPort: 8080}]
            envFrom: [{configMapRef: {name: settings}}]
            resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports: [{name: http, port: 80, targetPort: http}]
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: web}
    """

  /// A base like that, whose objects have places for values.
  static var substituted: MemoryTree {
    var tree = MemoryTree()
    let objects = base.replacing("replicas: 1", with: "replicas: ${REPLICAS:=2}")
      .replacing("web:v1", with: "web:${VERSION}").replacing("--port=8080", with: "--cluster=${CLUSTER}")
    tree.add("base/kustomization.yaml", Array("resources: [app.yaml]\nnamespace: shop\n".utf8))
    tree.add("base/app.yaml", Array(objects.utf8))
    return tree
  }

  /// Writes the files below a folder.
  func write(below folder: String) throws {
    for (path, bytes) in contents {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
  }

  private mutating func add(_ path: String, _ bytes: [UInt8]) {
    contents[path] = bytes
    let directory = path.split(separator: "/").dropLast().joined(separator: "/")
    directories[directory, default: []].append(
      SourceFile(path: path, objectID: path, sizeBytes: Int64(bytes.count)))
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { [] }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] { directories[path] ?? [] }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { contents[path] }
  func objectID(of path: String) throws(SourceTreeError) -> String? { nil }
}
