import FleetModel
import FleetSync
import KubeClient
import Logging
import Manifest

/// Fetches bundles and keeps the records of targets in the cluster, and says how it went.
struct ClusterWriter: Sendable {
  let kube: KubeClient
  let connection: any ControllerConnection
  let cache: BundleCache
  let namespace: String
  let logger: Logger
  /// What decrypts SOPS; nil for an agent that does not.
  var sops: SopsDecryptor?
  /// Where orders may write; nil for everywhere.
  var territory: Territory?

  var objects: ObjectWriter { ObjectWriter(kube: kube, namespace: namespace, logger: logger) }

  /// Fetches a bundle and places its objects in the cluster's namespaces.
  func fetch(_ order: Order, bundle: Digest) async -> AgentEvent {
    do {
      let (documents, decrypted) = try await opened(try await cache.documents(bundle, from: connection))
      let known: [String: KindScope]
      do { known = try await objects.scopes(of: documents) } catch { throw WriteFailure(error) }
      let applySet = ApplySet(target: order.target, agentNamespace: namespace)
      let order = territory?.narrowing(order) ?? order
      let objects = try syncObjects(documents, order: order, applySet: applySet, decrypted: decrypted) { group, kind in
        known["\(group)/\(kind)"]
      }
      try territory?.check(objects)
      return .bundleArrived(order.target, bundle, objects)
    } catch let failure as WriteFailure {
      return .bundleFailed(order.target, bundle, failure)
    } catch {
      return .bundleFailed(order.target, bundle, WriteFailure(.connection, "\(error)"))
    }
  }

  /// Decrypts what is encrypted; the documents of a bundle are kept as they came.
  private func opened(_ documents: [Node]) async throws(WriteFailure) -> ([Node], Set<Int>) {
    let values = documents.map(SopsValue.all(in:))
    guard values.contains(where: { !$0.isEmpty }) || documents.contains(where: { SopsMetadata(of: $0) != nil }) else {
      return (documents, [])
    }
    guard let sops else {
      throw WriteFailure(
        .content,
        "the bundle is encrypted with SOPS, and the controller does not decrypt for clusters that it reaches with a "
          + "kubeconfig: install an agent in the cluster")
    }
    return try await sops.opened(documents, values: values)
  }

  /// Writes the record of a target, with the version it replaces.
  func write(_ record: TargetRecord, resourceVersion: String?) async -> AgentEvent {
    let target = record.order.target
    let document = record.configMap(namespace: namespace, resourceVersion: resourceVersion)
    let identity = recordIdentity(target)
    do {
      let written: Node
      if resourceVersion == nil {
        written = try await createRecord(document, as: identity)
      } else {
        written = try await kube.replace(document, as: identity)
      }
      return .recordWritten(target, resourceVersion: version(of: written))
    } catch {
      guard error.status == 409 || error.status == 404 else {
        return .recordFailed(target, WriteFailure(error), found: nil)
      }
      // Somebody else wrote, or removed, it: what stands there decides.
      let conflict = WriteFailure(.status(409, reason: error.reason), error.description)
      guard let node = try? await kube.get(identity) else { return .recordFailed(target, conflict, found: nil) }
      if let found = TargetRecord(configMap: node) {
        return .recordFailed(target, conflict, found: (found, version(of: node)))
      }
      // Somebody has broken it beyond reading; this order is the newest thing known.
      let repaired = record.configMap(namespace: namespace, resourceVersion: version(of: node))
      do {
        return .recordWritten(target, resourceVersion: version(of: try await kube.replace(repaired, as: identity)))
      } catch { return .recordFailed(target, conflict, found: nil) }
    }
  }

  private func createRecord(_ document: Node, as identity: ObjectIdentity) async throws(KubeError) -> Node {
    do { return try await kube.create(document, as: identity) } catch {
      guard error.status == 404 else { throw error }
      let home = ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: namespace)
      let node: Node = [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": ["name": Node(.string(namespace)), "labels": ["app.kubernetes.io/managed-by": "flotilla"]],
      ]
      do { _ = try await kube.create(node, as: home) } catch  where error.reason == "AlreadyExists" {}
      return try await kube.create(document, as: identity)
    }
  }

  /// Reads the records of all targets of the cluster.
  func records() async throws(KubeError) -> [(record: TargetRecord, resourceVersion: String)] {
    let resource = try await kube.resource(group: "", version: "v1", kind: "ConfigMap")
    let list = try await kube.list(
      resource, namespace: namespace, labelSelector: "\(TargetRecord.label.key)=\(TargetRecord.label.value)")
    return list.items.compactMap { node in
      guard let record = TargetRecord(configMap: node) else {
        logger.error(
          "a target's record cannot be read; its orders will be applied anew",
          metadata: ["configmap": "\(node["metadata", "name"]?.string ?? "")"])
        return nil
      }
      return (record, version(of: node))
    }
  }

  private func recordIdentity(_ target: TargetID) -> ObjectIdentity {
    ObjectIdentity(
      group: "", version: "v1", kind: "ConfigMap", namespace: namespace, name: TargetRecord.name(of: target))
  }

  private func version(of node: Node) -> String { node["metadata", "resourceVersion"]?.string ?? "" }
}
