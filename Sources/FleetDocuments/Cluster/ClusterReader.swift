internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `spec` of a Cluster document: how orders reach it.
  func clusterConnection() -> Cluster.Connection? {
    MapReader.read(self) { map in
      map.optional("connection")?.connection() ?? .agent
    }
  }

  private func connection() -> Cluster.Connection? {
    if node.string == "agent" { return .agent }
    guard node.object != nil else {
      error("\(found) is not known", hint: "write agent, or kubeconfig: {credential: NAME}")
      return nil
    }
    let read = MapReader.read(self) { map -> Cluster.Connection? in
      guard let kubeconfig = map.required("kubeconfig") else { return nil }
      let credential = MapReader.read(kubeconfig) { fields in
        fields.required("credential", hint: "the name of a kubeconfig stored with: flotilla credential set NAME")?
          .name()
      }
      return (credential ?? nil).map { .kubeconfig(credential: $0) }
    }
    return read ?? nil
  }
}
