import FleetDocuments
import FleetModel

extension RenderOptions {
  /// These options with what the clusters of these labels get differently.
  func overridden(by overrides: [ClusterOverride], on labels: [String: String]) -> RenderOptions {
    var options = self
    for override in overrides where override.clusters.matches(labels) {
      if let values = override.values {
        var helm = options.helm ?? HelmOptions()
        helm.overridingValues = (helm.overridingValues ?? []) + [values]
        options.helm = helm
      }
      if let kustomization = override.kustomization {
        options.overlays = (options.overlays ?? []) + [RenderOverlay(name: override.name, kustomization: kustomization)]
      }
    }
    return options
  }
}
