import FleetModel
import FleetRender
import Manifest

/// Builds any files as a kustomization: errors are fine; traps, a second build that comes out otherwise, and output that is
/// not read back as it was written are not.
///
/// The files stand one behind the other, each after a line `>>> PATH`; what stands before the first of these lines is the
/// kustomization. A base lies beside it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKustomize(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let tree = FuzzedTree(Array(UnsafeBufferPointer(start: start, count: count)))
  guard case .objects(let objects) = kustomize(tree: tree, path: "overlay") else { return 0 }
  let text = kustomizeText(objects)
  guard case .objects(let again) = kustomize(tree: tree, path: "overlay") else {
    preconditionFailure("what was built is refused the second time")
  }
  precondition(kustomizeText(again) == text, "the second build comes out otherwise")
  let read = try? YAML.documents(Array(text.utf8))
  precondition(read == objects, "what was built is not read back")
  _ = render(tree: tree, path: "overlay", namespace: "shop", engine: .automatic)
  return 0
}

private struct FuzzedTree: SourceTree {
  let commit: CommitID
  private var contents: [String: [UInt8]] = [
    "base/kustomization.yaml": Array("resources: [app.yaml]\n".utf8), "base/app.yaml": Array(base.utf8),
  ]

  init(_ bytes: [UInt8]) {
    guard let commit = CommitID(hexadecimal: String(repeating: "f0", count: 20)) else { preconditionFailure() }
    self.commit = commit
    var path = "overlay/kustomization.yaml"
    var file: [UInt8] = []
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if line.starts(with: Array(">>> ".utf8)) {
        contents[path] = file
        path = String(decoding: line.dropFirst(4), as: UTF8.self)
        file = []
      } else {
        file += line
        file.append(0x0A)
      }
    }
    contents[path] = file
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { [] }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    contents.filter { path.isEmpty || $0.key.hasPrefix(path + "/") }.sorted { $0.key < $1.key }.map {
      SourceFile(path: $0.key, objectID: $0.key, sizeBytes: Int64($0.value.count))
    }
  }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { contents[path] }
  func objectID(of path: String) throws(SourceTreeError) -> String? { contents[path].map { _ in path } }

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
            ports: [{name: http, containerPort: 8080}]
            env: [{name: MODE, value: $(MODE)}]
            envFrom: [{configMapRef: {name: settings}}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports: [{name: http, port: 80, targetPort: http}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: web}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
    subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {a: "1", b: text}
    """
}
