import Manifest

/// What a bundle says that FleetSets have no place for.
func noteBundle(_ bundle: Bundle, _ book: inout ImportBook) {
  let source = bundle.options
  noteOptions(source, "", &book)
  noteFiles(bundle, &book)
  if let dependencies = source.field("dependsOn")?.array {
    for index in dependencies.indices {
      book.leaveOut(
        source, "dependsOn[\(index)]", "sets do not wait for one another in this version",
        hint:
          "start its rollouts by hand (trigger: manual) when the other set has succeeded: flotilla rollout status NAME")
    }
  }
  if source.field("imageScans") != nil {
    book.leaveOut(
      source, "imageScans", "images are not looked for in registries", hint: "let another program write tags into Git")
  }
  book.leaveOutUnknown(
    source, "",
    known: optionFields.union([
      "name", "labels", "targetCustomizations", "targetCustomizationMode", "imageScans", "overrideTargets", "paused",
      "rolloutStrategy", "dependsOn", "targets", "targetRestrictions",
    ]))
}

/// What a customization says that FleetSets have no place for.
func noteCustomization(_ source: SourceDocument, _ path: String, _ book: inout ImportBook) {
  noteOptions(source, "\(path).", &book)
  if source.field("\(path).correctDrift") != nil {
    book.leaveOut(
      source, "\(path).correctDrift", "drift is repaired for all clusters of the set or for none",
      hint: "write spec.template.spec.sync.selfHeal as a template over the cluster's labels")
  }
  if source.field("\(path).keepResources") != nil {
    book.leaveOut(source, "\(path).keepResources", "workloads are kept for all clusters of the set or for none")
  }
  book.leaveOutUnknown(
    source, path,
    known: optionFields.union([
      "name", "clusterName", "clusterSelector", "clusterGroup", "clusterGroupSelector", "doNotDeploy",
    ]))
}

private let optionFields: Set<String> = [
  "defaultNamespace", "namespace", "kustomize", "helm", "serviceAccount", "forceSyncGeneration", "yaml", "diff",
  "keepResources", "ignore", "correctDrift", "namespaceLabels", "namespaceAnnotations", "deleteNamespace",
  "deleteCRDResources", "downstreamResources",
]

/// Options that bundles and customizations have alike.
private func noteOptions(_ source: SourceDocument, _ prefix: String, _ book: inout ImportBook) {
  if let helm = source.field("\(prefix)helm")?.object {
    for entry in helm.entries where !entry.value.isUnset {
      book.leaveOut(
        source, "\(prefix)helm.\(entry.key)", "what charts are filled in with is not carried over",
        hint: "commit the chart, name its directory in source.path, and write its values into source.helm")
    }
  }
  if source.field("\(prefix)yaml.overlays")?.isUnset == false {
    book.leaveOut(
      source, "\(prefix)yaml.overlays", "files are not laid over others by their names",
      hint: "make each overlay a kustomization of its own, and name it with kustomize.dir before the import")
  }
  if source.field("\(prefix)diff.comparePatches")?.isUnset == false {
    book.leaveOut(
      source, "\(prefix)diff.comparePatches", "drift of these fields is reported, and repaired with selfHeal",
      hint: "let selfHeal off, or leave the fields out of the manifests")
  }
  for (key, why, hint) in [
    (
      "ignore", "every condition of an object counts for its health",
      "give the set's stages a longer progressDeadline, or correct the object"
    ),
    (
      "serviceAccount", "an agent applies everything as itself",
      "run the cluster's agent with a service account that may do no more"
    ),
    (
      "namespaceLabels", "namespaces are made without labels of their own",
      "put a manifest of the Namespace into the directory"
    ),
    (
      "namespaceAnnotations", "namespaces are made without annotations of their own",
      "put a manifest of the Namespace into the directory"
    ),
    ("deleteNamespace", "namespaces are never deleted", "delete them by hand"),
    ("deleteCRDResources", "custom resource definitions are not deleted with a set", "delete them by hand"),
    (
      "downstreamResources", "Secrets and ConfigMaps of the hub are not copied into clusters",
      "commit them sealed, or let External Secrets fetch them"
    ),
  ] where source.field(prefix + key)?.isUnset == false {
    book.leaveOut(source, prefix + key, why, hint: hint)
  }
}

/// What lies in a bundle's directory that is rendered differently.
private func noteFiles(_ bundle: Bundle, _ book: inout ImportBook) {
  let source = bundle.options
  let prefix = bundle.path.isEmpty ? "" : bundle.path + "/"
  func has(_ name: String) -> Bool { bundle.files.contains(prefix + name) }
  let isKustomized = has("kustomization.yaml") || has("kustomization.yml") || has("Kustomization")
  let overlays = bundle.files.contains { $0.hasPrefix(prefix + "overlays/") }
  if overlays, !isKustomized, source.field("kustomize.dir") == nil {
    book.leaveOut(
      source, "", "the files in overlays/ would be applied as manifests of their own",
      hint: "move them out of the directory, or give it a kustomization.yaml that names what belongs to it")
  }
  if !isKustomized, source.field("kustomize.dir") == nil {
    for nested in bundle.nested {
      book.leaveOut(
        source, "", "the directory \"\(nested)\" below is a bundle of its own, and would be applied twice",
        hint: "move one of them, or give this directory a kustomization.yaml that names what belongs to it")
    }
  }
}
