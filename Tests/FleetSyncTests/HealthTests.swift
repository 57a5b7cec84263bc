import FleetModel
import FleetSync
import Foundation
import Manifest
import Testing

@Suite("Health")
struct HealthTests {
  /// Where Argo CD's cases are, read in place.
  static let cases = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["FLOTILLA_CONFORMANCE"] ?? "../shared/conformance/argocd")

  /// Cases that we judge differently on purpose, with the reason.
  static let deliberate: [String: String] = [:]

  @Test("built-in kinds are judged as Argo CD does")
  func conformance() throws {
    let folders = ((try? FileManager.default.contentsOfDirectory(atPath: Self.cases.path)) ?? [])
      .filter { $0.hasPrefix("health-builtin") }.sorted()
    guard !folders.isEmpty else {
      print("health-builtin: skipped, no cases in \(Self.cases.path) (FLOTILLA_CONFORMANCE)")
      return
    }
    var passed = 0
    for folder in folders {
      let base = Self.cases.appendingPathComponent(folder)
      let input = try Array(Data(contentsOf: base.appendingPathComponent("input.yaml")))
      let output = try Array(Data(contentsOf: base.appendingPathComponent("expected.json")))
      let object = try #require(try YAML.documents(input, file: folder).first?["resource"])
      let expected = try JSON.parse(output)["status"]?.string ?? ""
      let verdict = health(of: object)
      let actual = verdict.health?.rawValue ?? ""
      if actual == expected {
        passed += 1
      } else {
        print("health-builtin differs: \(folder): \(actual) (\(verdict.message)), expected \(expected)")
        #expect(Self.deliberate[folder] != nil, "\(folder): \(actual), expected \(expected)")
      }
    }
    print("health-builtin: \(passed)/\(folders.count)")
  }

  static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop, generation: 2}
    spec: {replicas: 2}
    status: {observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2}
    """

  static func pod(reason: String, hash: String = "abc", owner: String = "web-abc", deleted: Bool = false) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata:
      name: \(owner)-x
      namespace: shop
      labels: {pod-template-hash: \(hash)}
      \(deleted ? "deletionTimestamp: now" : "annotations: {}")
      ownerReferences: [{kind: ReplicaSet, name: \(owner), controller: true}]
    status:
      phase: Pending
      containerStatuses:
      - name: web
        state: {waiting: {reason: \(reason), message: 'Back-off pulling image "web:broken"'}}
    """
  }

  @Test(
    "a Pod that cannot start makes its Deployment Degraded with its words",
    arguments: [
      "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CrashLoopBackOff",
    ])
  func stuckPods(reason: String) throws {
    let verdict = health(of: try yaml(Self.deployment), pods: [try yaml(Self.pod(reason: reason))])
    #expect(verdict == ObjectHealth(.degraded, "\(reason): Back-off pulling image \"web:broken\""))
  }

  @Test("Pods that are starting, leaving or another's change nothing")
  func otherPods() throws {
    let pods = try [
      Self.pod(reason: "ContainerCreating"), Self.pod(reason: "ImagePullBackOff", deleted: true),
      Self.pod(reason: "ImagePullBackOff", owner: "web-2-abc"), Self.pod(reason: "ImagePullBackOff", hash: "other"),
    ].map(yaml)
    #expect(health(of: try yaml(Self.deployment), pods: pods).health == .healthy)
  }

  @Test("a status about an older generation is Progressing, whatever the Pods say")
  func generationFence() throws {
    var object = try yaml(Self.deployment)
    object["metadata"]?["generation"] = 3
    #expect(health(of: object, pods: [try yaml(Self.pod(reason: "ImagePullBackOff"))]).health == .progressing)
  }

  @Test(
    "single rules",
    arguments: [
      ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", nil),
      ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, deletionTimestamp: x}}", .progressing),
      ("{apiVersion: v1, kind: Namespace, metadata: {name: a}, status: {phase: Active}}", .healthy),
      ("{apiVersion: v1, kind: Namespace, metadata: {name: a}, status: {phase: Terminating}}", .progressing),
      ("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, status: {phase: Lost}}", .degraded),
      ("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, status: {phase: Bound}}", .healthy),
      (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, generation: 1}, spec: {paused: true}}",
        .progressing
      ),
      (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {paused: true}}", .suspended
      ),
      (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, status: {conditions: [{type: Progressing, "
          + "status: 'False', reason: ProgressDeadlineExceeded}]}}", .degraded
      ),
      (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, status: {conditions: [{type: Failed, status: 'True'}]}}",
        .degraded
      ),
      (
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, spec: {replicas: 2}, status: {availableReplicas: 1}}",
        .progressing
      ),
      (
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, status: {desiredNumberScheduled: 2, "
          + "updatedNumberScheduled: 2, numberAvailable: 1}}", .progressing
      ),
      (
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {replicas: 2}, status: {readyReplicas: 2, "
          + "updateRevision: b, currentRevision: a}}", .progressing
      ),
      ("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}}", .progressing),
      (
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, status: "
          + "{conditions: [{type: NamesAccepted, status: 'False'}]}}", .degraded
      ),
      (
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, status: "
          + "{conditions: [{type: NamesAccepted, status: 'True'}, {type: Established, status: 'True'}]}}", .healthy
      ),
      (
        "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}, status: {conditions: [{type: Ready, status: 'True'}]}}",
        .healthy
      ),
      (
        "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}, status: {conditions: [{type: Ready, status: 'False'}]}}",
        .progressing
      ),
      (
        "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a}, status: {conditions: [{type: Stalled, status: 'True'}]}}",
        .degraded
      ),
      (
        "{apiVersion: x.io/v1, kind: Thing, metadata: {name: a, generation: 2}, status: {observedGeneration: 1, "
          + "conditions: [{type: Ready, status: 'True'}]}}", .progressing
      ),
    ] as [(String, Health?)])
  func rules(document: String, expected: Health?) throws {
    #expect(health(of: try yaml(document)).health == expected)
  }
}
