import Manifest

/// The defaults of built-in kinds, as exchanges 018, 041, 063 and 108 show them.
enum Defaults {
  static func apply(_ type: ResourceType, to object: Node) -> Node {
    var node = object
    switch type.kind {
    case "Deployment":
      node.setDefault(["spec", "replicas"], 1)
      node.setDefault(["spec", "revisionHistoryLimit"], 10)
      node.setDefault(["spec", "progressDeadlineSeconds"], 600)
      node.setDefault(["spec", "strategy", "type"], "RollingUpdate")
      if node["spec", "strategy", "type"]?.string == "RollingUpdate" {
        node.setDefault(["spec", "strategy", "rollingUpdate", "maxUnavailable"], "25%")
        node.setDefault(["spec", "strategy", "rollingUpdate", "maxSurge"], "25%")
      }
      template(&node, ["spec", "template"])
    case "ReplicaSet":
      node.setDefault(["spec", "replicas"], 1)
      template(&node, ["spec", "template"])
    case "StatefulSet":
      node.setDefault(["spec", "replicas"], 1)
      node.setDefault(["spec", "podManagementPolicy"], "OrderedReady")
      node.setDefault(["spec", "revisionHistoryLimit"], 10)
      node.setDefault(["spec", "updateStrategy", "type"], "RollingUpdate")
      if node["spec", "updateStrategy", "type"]?.string == "RollingUpdate" {
        node.setDefault(["spec", "updateStrategy", "rollingUpdate", "partition"], 0)
      }
      node.setDefault(["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"], "Retain")
      node.setDefault(["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"], "Retain")
      node.setDefault(["spec", "serviceName"], "")
      template(&node, ["spec", "template"])
      if let claims = node["spec", "volumeClaimTemplates"]?.array {
        node.set(
          ["spec", "volumeClaimTemplates"],
          .list(
            claims.map { claim in
              var claim = claim
              claim.setDefault(["apiVersion"], "v1")
              claim.setDefault(["kind"], "PersistentVolumeClaim")
              claim.setDefault(["spec", "volumeMode"], "Filesystem")
              claim.setDefault(["spec", "resources"], [:])
              claim.setDefault(["status", "phase"], "Pending")
              return claim
            }))
      }
    case "DaemonSet":
      node.setDefault(["spec", "revisionHistoryLimit"], 10)
      node.setDefault(["spec", "updateStrategy", "type"], "RollingUpdate")
      if node["spec", "updateStrategy", "type"]?.string == "RollingUpdate" {
        node.setDefault(["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], 1)
        node.setDefault(["spec", "updateStrategy", "rollingUpdate", "maxSurge"], 0)
      }
      template(&node, ["spec", "template"])
    case "Job": job(&node)
    case "CronJob":
      node.setDefault(["spec", "concurrencyPolicy"], "Allow")
      node.setDefault(["spec", "suspend"], false)
      node.setDefault(["spec", "successfulJobsHistoryLimit"], 3)
      node.setDefault(["spec", "failedJobsHistoryLimit"], 1)
      node.setDefault(["spec", "jobTemplate", "metadata"], [:])
      template(&node, ["spec", "jobTemplate", "spec", "template"])
    case "Pod":
      podSpec(&node, ["spec"])
      node.setDefault(["spec", "enableServiceLinks"], true)
      requests(&node)
    case "Service": service(&node)
    case "Namespace":
      if !node.objectName.isEmpty {
        node.set(["metadata", "labels", "kubernetes.io/metadata.name"], .text(node.objectName))
      }
      node.setDefault(["status", "phase"], "Active")
    case "PersistentVolumeClaim":
      node.setDefault(["spec", "resources"], [:])
      if let amounts = node["spec", "resources", "requests"] {
        node.set(["spec", "resources", "requests"], Quantity.canonicalValues(amounts))
      }
      node.setDefault(["spec", "volumeMode"], "Filesystem")
      node.setDefault(["status", "phase"], "Pending")
    case "ResourceQuota":
      if let amounts = node["spec", "hard"] { node.set(["spec", "hard"], Quantity.canonicalValues(amounts)) }
    case "PersistentVolume":
      node.setDefault(["spec", "persistentVolumeReclaimPolicy"], "Retain")
      node.setDefault(["spec", "volumeMode"], "Filesystem")
      node.setDefault(["status", "phase"], "Pending")
    case "Lease": node.setDefault(["spec"], [:])
    case "Secret":
      node.setDefault(["type"], "Opaque")
      for entry in node["stringData"]?.object?.entries ?? [] {
        node.set(["data", entry.key], .text(BaseEncoding.base64.text(of: (entry.value.string ?? "").utf8)))
      }
      node["stringData"] = nil
    case "HorizontalPodAutoscaler":
      node.setDefault(["spec", "minReplicas"], 1)
    case "RoleBinding", "ClusterRoleBinding":
      node.setDefault(["roleRef", "apiGroup"], "rbac.authorization.k8s.io")
      if let subjects = node["subjects"]?.array {
        node["subjects"] = .list(
          subjects.map { subject in
            var subject = subject
            if subject["kind"]?.string != "ServiceAccount" {
              subject.setDefault(["apiGroup"], "rbac.authorization.k8s.io")
            }
            return subject
          })
      }
    case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration": webhooks(&node, type)
    case "StorageClass":
      node.setDefault(["reclaimPolicy"], "Delete")
      node.setDefault(["volumeBindingMode"], "Immediate")
    case "CustomResourceDefinition":
      node.setDefault(["spec", "conversion", "strategy"], "None")
      if let kind = node["spec", "names", "kind"]?.string {
        node.setDefault(["spec", "names", "singular"], .text(kind.lowercased()))
        node.setDefault(["spec", "names", "listKind"], .text(kind + "List"))
      }
    default: break
    }
    emptyForms(type, &node)
    return node
  }

  private static func webhooks(_ node: inout Node, _ type: ResourceType) {
    guard let webhooks = node["webhooks"]?.array else { return }
    node["webhooks"] = .list(
      webhooks.map { webhook in
        var webhook = webhook
        let rules = (webhook["rules"]?.array ?? []).map { rule in
          var rule = rule
          rule.setDefault(["scope"], "*")
          return rule
        }
        if !rules.isEmpty { webhook["rules"] = .list(rules) }
        webhook.setDefault(["failurePolicy"], "Fail")
        webhook.setDefault(["matchPolicy"], "Equivalent")
        webhook.setDefault(["namespaceSelector"], [:])
        webhook.setDefault(["objectSelector"], [:])
        webhook.setDefault(["timeoutSeconds"], 10)
        if type.kind == "MutatingWebhookConfiguration" { webhook.setDefault(["reinvocationPolicy"], "Never") }
        return webhook
      })
  }

  /// Plain structs that the server always writes out.
  private static func emptyForms(_ type: ResourceType, _ node: inout Node) {
    switch type.kind {
    case "Deployment", "ReplicaSet", "Job", "CronJob", "ResourceQuota", "Pod":
      node.setDefault(["status"], [:])
    case "StatefulSet":
      node.setDefault(["status", "replicas"], 0)
      node.setDefault(["status", "availableReplicas"], 0)
    case "PodDisruptionBudget":
      for field in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
        node.setDefault(["status", field], 0)
      }
    case "DaemonSet":
      for field in ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"] {
        node.setDefault(["status", field], 0)
      }
    case "Service", "Ingress": node.setDefault(["status", "loadBalancer"], [:])
    case "HorizontalPodAutoscaler":
      node.setDefault(["status", "currentMetrics"], Node(.null))
      node.setDefault(["status", "desiredReplicas"], 0)
    default: break
    }
    if type.kind == "ReplicaSet" { node.setDefault(["status", "replicas"], 0) }
    times(type, &node)
  }

  /// Times of conditions that nobody set are written out as null (exchanges 060 and 094).
  private static func times(_ type: ResourceType, _ node: inout Node) {
    let fields: [String] =
      switch type.kind {
      case "Deployment": ["lastUpdateTime", "lastTransitionTime"]
      case "Pod", "Job": ["lastProbeTime", "lastTransitionTime"]
      case "StatefulSet", "DaemonSet", "ReplicaSet": ["lastTransitionTime"]
      default: []
      }
    guard !fields.isEmpty, let conditions = node["status", "conditions"]?.array else { return }
    node.set(
      ["status", "conditions"],
      .list(
        conditions.map { condition in
          var condition = condition
          for field in fields { condition.setDefault([field], Node(.null)) }
          return condition
        }))
  }

  private static func job(_ node: inout Node) {
    if node["spec", "completions"] == nil, node["spec", "parallelism"] == nil {
      node.setDefault(["spec", "completions"], 1)
    }
    node.setDefault(["spec", "parallelism"], 1)
    node.setDefault(["spec", "backoffLimit"], 6)
    node.setDefault(["spec", "completionMode"], "NonIndexed")
    node.setDefault(["spec", "suspend"], false)
    node.setDefault(["spec", "manualSelector"], false)
    node.setDefault(["spec", "podReplacementPolicy"], "TerminatingOrFailed")
    template(&node, ["spec", "template"])
  }

  private static func service(_ node: inout Node) {
    node.setDefault(["spec", "type"], "ClusterIP")
    node.setDefault(["spec", "sessionAffinity"], "None")
    let kind = node["spec", "type"]?.string ?? ""
    let isExternal = kind == "NodePort" || kind == "LoadBalancer"
    if kind != "ExternalName" { node.setDefault(["spec", "internalTrafficPolicy"], "Cluster") }
    if isExternal {
      node.setDefault(["spec", "externalTrafficPolicy"], "Cluster")
    } else {
      node.set(["spec", "externalTrafficPolicy"], nil)
      node.set(["spec", "healthCheckNodePort"], nil)
    }
    if kind == "LoadBalancer" {
      node.setDefault(["spec", "allocateLoadBalancerNodePorts"], true)
    } else {
      node.set(["spec", "allocateLoadBalancerNodePorts"], nil)
    }
    if let ports = node["spec", "ports"]?.array {
      node.set(
        ["spec", "ports"],
        .list(
          ports.map { port in
            var port = port
            port.setDefault(["protocol"], "TCP")
            if let number = port["port"] { port.setDefault(["targetPort"], number) }
            if !isExternal { port["nodePort"] = nil }
            return port
          }))
    }
  }

  private static func template(_ node: inout Node, _ path: [String]) {
    guard node.at(path) != nil else { return }
    node.setDefault(path + ["metadata"], [:])
    podSpec(&node, path + ["spec"])
  }

  private static func podSpec(_ node: inout Node, _ path: [String]) {
    guard var spec = node.at(path), spec.object != nil else { return }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
      if let containers = spec[list]?.array { spec[list] = .list(containers.map(container)) }
    }
    spec.setDefault(["restartPolicy"], "Always")
    spec.setDefault(["terminationGracePeriodSeconds"], 30)
    spec.setDefault(["dnsPolicy"], "ClusterFirst")
    if let account = spec["serviceAccountName"] { spec.setDefault(["serviceAccount"], account) }
    spec.setDefault(["securityContext"], [:])
    spec.setDefault(["schedulerName"], "default-scheduler")
    if let volumes = spec["volumes"]?.array { spec["volumes"] = .list(volumes.map(volume)) }
    node.set(path, spec)
  }

  private static func container(_ container: Node) -> Node {
    var container = container
    let image = container["image"]?.string ?? ""
    let last = image.split(separator: "/").last ?? ""
    let isLatest = !image.contains("@") && (!last.contains(":") || last.hasSuffix(":latest"))
    container.setDefault(["resources"], [:])
    container.setDefault(["terminationMessagePath"], "/dev/termination-log")
    container.setDefault(["terminationMessagePolicy"], "File")
    container.setDefault(["imagePullPolicy"], isLatest ? "Always" : "IfNotPresent")
    if let ports = container["ports"]?.array {
      container["ports"] = .list(
        ports.map { port in
          var port = port
          port.setDefault(["protocol"], "TCP")
          return port
        })
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] where container[probe]?.object != nil {
      container.setDefault([probe, "timeoutSeconds"], 1)
      container.setDefault([probe, "periodSeconds"], 10)
      container.setDefault([probe, "successThreshold"], 1)
      container.setDefault([probe, "failureThreshold"], 3)
      if container[probe, "httpGet"] != nil {
        container.setDefault([probe, "httpGet", "scheme"], "HTTP")
        container.setDefault([probe, "httpGet", "path"], "/")
      }
    }
    if let variables = container["env"]?.array {
      container["env"] = .list(
        variables.map { variable in
          var variable = variable
          if variable["valueFrom", "fieldRef"] != nil {
            variable.setDefault(["valueFrom", "fieldRef", "apiVersion"], "v1")
          }
          return variable
        })
    }
    for field in ["limits", "requests"] {
      if let amounts = container["resources", field] {
        container.set(["resources", field], Quantity.canonicalValues(amounts))
      }
    }
    return container
  }

  /// What a Pod is limited to it also asks for; a template keeps what was written (exchange 109).
  private static func requests(_ pod: inout Node) {
    guard let containers = pod["spec", "containers"]?.array else { return }
    pod.set(
      ["spec", "containers"],
      .list(
        containers.map { container in
          var container = container
          for entry in container["resources", "limits"]?.object?.entries ?? [] {
            container.setDefault(["resources", "requests", entry.key], entry.value)
          }
          return container
        }))
  }

  private static func volume(_ volume: Node) -> Node {
    var volume = volume
    if volume.object?.count == 1 { volume.setDefault(["emptyDir"], [:]) }
    for kind in ["configMap", "secret", "projected", "downwardAPI"] where volume[kind] != nil {
      volume.setDefault([kind, "defaultMode"], 420)
    }
    if volume["hostPath"] != nil { volume.setDefault(["hostPath", "type"], "") }
    return volume
  }
}
