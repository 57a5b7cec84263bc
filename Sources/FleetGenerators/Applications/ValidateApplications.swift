public import Manifest

/// What is wrong with Applications of a set before any of them is stored (GENERATORS 3.8), by `namespace/name`: no name,
/// a name that another one has, a project that does not exist, a destination that nobody knows.
///
/// - Parameters:
///   - projects: the projects that exist; nil when they are not looked at.
/// - Returns: an entry for every Application that is not to be stored.
public func applicationErrors(
  _ applications: [Node], setName: String, projects: Set<String>?, inventory: Inventory
) -> [String: String] {
  var errors: [String: String] = [:]
  var names: Set<String> = []
  for application in applications {
    let name = application["metadata", "name"]?.string ?? ""
    let namespace = application["metadata", "namespace"]?.string ?? ""
    let key = namespace.isEmpty ? name : "\(namespace)/\(name)"
    if name.isEmpty {
      errors[key] =
        "ApplicationSet \(setName) makes an Application without a name; set it in metadata.name of the template or "
        + "patch (generateName is not looked at)"
    } else if !names.insert(name).inserted {
      errors[key] = "ApplicationSet \(setName) makes two Applications named \(name)"
    } else if let problem = problem(of: application, projects, inventory) {
      errors[key] = problem
    }
  }
  return errors
}

private func problem(of application: Node, _ projects: Set<String>?, _ inventory: Inventory) -> String? {
  let project = application["spec", "project"]?.string ?? ""
  if let projects, !projects.contains(project) { return "there is no project \(project)" }
  let name = application["spec", "destination", "name"]?.string ?? ""
  let server = application["spec", "destination", "server"]?.string ?? ""
  switch (name.isEmpty, server.isEmpty) {
  case (false, false): return "the destination has both a name and a server"
  case (true, true): return "the destination has neither a name nor a server"
  case (false, true): return inventory.cluster(named: name) == nil ? "there is no cluster \(name)" : nil
  case (true, false): return inventory.cluster(at: server) == nil ? "there is no cluster at \(server)" : nil
  }
}
