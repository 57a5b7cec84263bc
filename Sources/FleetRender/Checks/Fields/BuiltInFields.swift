// Written by scripts/kubernetes-fields from the OpenAPI documents of Kubernetes 1.36.

internal import FleetModel

extension FieldTable {
  /// The fields of Kubernetes' own kinds.
  static let builtIn = FieldTable(
    part1 + "\n" + part2,
    of: KubernetesVersion(major: 1, minor: 36))
}
