import Manifest

/// What the server itself fills in or keeps, by kind.
enum Strategy {
  static func prepareForCreate(_ type: ResourceType, _ new: inout Node, _ state: inout ClusterState) throws(APIFailure)
  {
    switch type.kind {
    case "Namespace":
      new.set(["spec", "finalizers"], ["kubernetes"])
      new.set(["status", "phase"], "Active")
    case "Service": allocateAddress(&new, &state)
    case "Job":
      if new["spec", "manualSelector"]?.boolean != true, new["spec", "selector"] == nil {
        let uid = new.uid
        new.set(["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"], .text(uid))
        for (label, value) in [
          ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", new.objectName),
          ("controller-uid", uid), ("job-name", new.objectName),
        ] { new.set(["spec", "template", "metadata", "labels", label], .text(value)) }
        if new["metadata", "labels"] == nil {
          new.set(["metadata", "labels"], new["spec", "template", "metadata", "labels"])
        }
      }
    case "Pod":
      new.setDefault(["status", "phase"], "Pending")
      new.setDefault(["status", "qosClass"], "BestEffort")
      new.setDefault(["spec", "priority"], 0)
      new.setDefault(["spec", "preemptionPolicy"], "PreemptLowerPriority")
      var tolerations = new["spec", "tolerations"]?.array ?? []
      for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
      where !tolerations.contains(where: { $0["key"]?.string == key }) {
        tolerations.append(["key": .text(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300])
      }
      new.set(["spec", "tolerations"], .list(tolerations))
      if state.options.runsControllers { new.setDefault(["spec", "serviceAccountName"], "default") }
    case "CustomResourceDefinition":
      let versions = new["spec", "versions"]?.array ?? []
      new.set(
        ["status"],
        [
          "conditions": Node(.null), "acceptedNames": ["plural": "", "kind": ""],
          "storedVersions": .list(
            versions.filter { $0["storage"]?.boolean == true }.compactMap { $0["name"] }),
        ])
    default: break
    }
  }

  static func prepareForUpdate(_ type: ResourceType, _ new: inout Node, live: Node) {
    switch type.kind {
    case "Service":
      for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let value = live["spec", field] { new.setDefault(["spec", field], value) }
      }
      // A changed single address carries over, so that validation can refuse it.
      if let address = new["spec", "clusterIP"], address != live["spec", "clusterIP"],
        new["spec", "clusterIPs"] == live["spec", "clusterIPs"]
      {
        new.set(["spec", "clusterIPs"], [address])
      }
      let kind = new["spec", "type"]?.string
      if kind == "NodePort" || kind == "LoadBalancer" {
        let ports = (new["spec", "ports"]?.array ?? []).map { port in
          var port = port
          if port["nodePort"] == nil { port["nodePort"] = .number(nodePort(new.uid, port)) }
          return port
        }
        new.set(["spec", "ports"], .list(ports))
      }
    case "Namespace":
      new.setDefault(["metadata", "labels", "kubernetes.io/metadata.name"], .text(new.objectName))
      if new["spec", "finalizers"] == nil, let finalizers = live["spec", "finalizers"], !live.isDeleting {
        new.set(["spec", "finalizers"], finalizers)
      }
    case "Job":
      for field in ["selector"] { if let value = live["spec", field] { new.setDefault(["spec", field], value) } }
      for label in [
        "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
      ] {
        if let value = live["spec", "template", "metadata", "labels", label] {
          new.setDefault(["spec", "template", "metadata", "labels", label], value)
        }
      }
    case "PersistentVolumeClaim":
      for field in ["volumeName", "storageClassName"] {
        if let value = live["spec", field] { new.setDefault(["spec", field], value) }
      }
    case "Pod":
      for field in ["nodeName", "serviceAccountName", "priority", "preemptionPolicy", "tolerations"] {
        if let value = live["spec", field] { new.setDefault(["spec", field], value) }
      }
    default: break
    }
  }

  private static func nodePort(_ uid: String, _ port: Node) -> Int {
    30000 + Int(stableHash(Array(uid.utf8) + JSONText.bytes(port)) % 2768)
  }

  private static func allocateAddress(_ new: inout Node, _ state: inout ClusterState) {
    let kind = new["spec", "type"]?.string ?? "ClusterIP"
    guard kind != "ExternalName" else { return }
    if (new["spec", "clusterIP"]?.string ?? "").isEmpty {
      state.nextAddress += 1
      let address = state.nextAddress
      new.set(["spec", "clusterIP"], .text("10.0.\(address / 250 % 250).\(address % 250 + 1)"))
    }
    if let address = new["spec", "clusterIP"] { new.setDefault(["spec", "clusterIPs"], [address]) }
    new.setDefault(["spec", "ipFamilies"], ["IPv4"])
    new.setDefault(["spec", "ipFamilyPolicy"], "SingleStack")
    if kind == "NodePort" || kind == "LoadBalancer" {
      let name = new.objectName
      new.set(
        ["spec", "ports"],
        .list(
          (new["spec", "ports"]?.array ?? []).map { port in
            var port = port
            if port["nodePort"] == nil { port["nodePort"] = .number(nodePort(name, port)) }
            return port
          }))
    }
  }
}
