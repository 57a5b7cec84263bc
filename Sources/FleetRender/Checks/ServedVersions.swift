import FleetModel

/// From which to before which version of Kubernetes an API version of a built-in kind is served.
///
/// Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
struct ServedVersions {
  /// The first version that serves it; nil for one before all that matter.
  var since: KubernetesVersion?
  /// The first version that does not serve it any more; nil for none so far.
  var until: KubernetesVersion?
  /// What to write in its place; empty for nothing.
  var instead = ""

  /// What is known of an API version of a kind; nil for kinds of others, and for those that are served everywhere.
  static func known(_ apiVersion: String, _ kind: String) -> ServedVersions? {
    table["\(apiVersion) \(kind)"] ?? table["\(apiVersion) *"]
  }

  private static let table: [String: ServedVersions] = {
    var table: [String: ServedVersions] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 4 else { continue }
      func version(_ word: Substring) -> KubernetesVersion? { KubernetesVersion(String(word)) }
      for kind in words[1].split(separator: ",") {
        table["\(words[0]) \(kind)"] = ServedVersions(
          since: version(words[2]), until: version(words[3]), instead: words.count > 4 ? String(words[4]) : "")
      }
    }
    return table
  }()

  /// API version, kinds, first version, first version without, replacement.
  private static let text = """
    extensions/v1beta1 Deployment,DaemonSet,ReplicaSet - 1.16 apps/v1
    extensions/v1beta1 NetworkPolicy - 1.16 networking.k8s.io/v1
    extensions/v1beta1 Ingress - 1.22 networking.k8s.io/v1
    extensions/v1beta1 PodSecurityPolicy - 1.16
    apps/v1beta1 * - 1.16 apps/v1
    apps/v1beta2 * - 1.16 apps/v1
    admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration,ValidatingWebhookConfiguration - 1.22 admissionregistration.k8s.io/v1
    admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding 1.30 -
    apiextensions.k8s.io/v1beta1 CustomResourceDefinition - 1.22 apiextensions.k8s.io/v1
    apiextensions.k8s.io/v1 CustomResourceDefinition 1.16 -
    apiregistration.k8s.io/v1beta1 APIService - 1.22 apiregistration.k8s.io/v1
    certificates.k8s.io/v1beta1 CertificateSigningRequest - 1.22 certificates.k8s.io/v1
    coordination.k8s.io/v1beta1 Lease - 1.22 coordination.k8s.io/v1
    networking.k8s.io/v1beta1 Ingress,IngressClass - 1.22 networking.k8s.io/v1
    networking.k8s.io/v1 Ingress,IngressClass 1.19 -
    networking.k8s.io/v1 ServiceCIDR,IPAddress 1.33 -
    rbac.authorization.k8s.io/v1beta1 * - 1.22 rbac.authorization.k8s.io/v1
    rbac.authorization.k8s.io/v1alpha1 * - 1.22 rbac.authorization.k8s.io/v1
    scheduling.k8s.io/v1beta1 PriorityClass - 1.22 scheduling.k8s.io/v1
    storage.k8s.io/v1beta1 CSIDriver,CSINode,StorageClass,VolumeAttachment - 1.22 storage.k8s.io/v1
    storage.k8s.io/v1beta1 CSIStorageCapacity - 1.27 storage.k8s.io/v1
    storage.k8s.io/v1 CSIStorageCapacity 1.24 -
    storage.k8s.io/v1 VolumeAttributesClass 1.34 -
    batch/v1beta1 CronJob - 1.25 batch/v1
    batch/v1 CronJob 1.21 -
    discovery.k8s.io/v1beta1 EndpointSlice - 1.25 discovery.k8s.io/v1
    discovery.k8s.io/v1 EndpointSlice 1.21 -
    events.k8s.io/v1beta1 Event - 1.25 events.k8s.io/v1
    autoscaling/v2beta1 HorizontalPodAutoscaler - 1.25 autoscaling/v2
    autoscaling/v2beta2 HorizontalPodAutoscaler - 1.26 autoscaling/v2
    autoscaling/v2 HorizontalPodAutoscaler 1.23 -
    policy/v1beta1 PodDisruptionBudget - 1.25 policy/v1
    policy/v1beta1 PodSecurityPolicy - 1.25
    policy/v1 PodDisruptionBudget 1.21 -
    node.k8s.io/v1beta1 RuntimeClass - 1.25 node.k8s.io/v1
    node.k8s.io/v1 RuntimeClass 1.20 -
    flowcontrol.apiserver.k8s.io/v1beta1 * - 1.26 flowcontrol.apiserver.k8s.io/v1
    flowcontrol.apiserver.k8s.io/v1beta2 * - 1.29 flowcontrol.apiserver.k8s.io/v1
    flowcontrol.apiserver.k8s.io/v1beta3 * 1.26 1.32 flowcontrol.apiserver.k8s.io/v1
    flowcontrol.apiserver.k8s.io/v1 * 1.29 -
    resource.k8s.io/v1 * 1.34 -
    """
}
