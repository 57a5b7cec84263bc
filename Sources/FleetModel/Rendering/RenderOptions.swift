/// What a target's manifests are made with, beside the directory itself.
public struct RenderOptions: Hashable, Sendable, Codable {
  /// How the directory's chart is filled in; nil for the chart's own values.
  public var helm: HelmOptions?
  /// The version of Kubernetes that the cluster of a chart has, for templates that ask; nil where it is not known, and for
  /// other directories.
  public var kubernetesVersion: KubernetesVersion?
  /// The API versions that the cluster of a chart serves besides Kubernetes' own; nil where they are not known. They are
  /// long, and no part of what is stored: the cluster tells them anew.
  public var servedVersions: [String]?
  /// What is changed in the directory's kustomization; nil for nothing.
  public var kustomize: KustomizeOptions?
  /// The values of `${NAME}` in manifests; nil leaves such texts alone.
  public var substitute: [String: String]?
  /// What lies over the directory, in order; nil for nothing.
  public var overlays: [RenderOverlay]?

  /// Options of all objects' apply, each a `SyncOptionName` with its value; nil for none.
  public var syncOptions: [String]?
  /// Fields whose differences are no drift; nil for none.
  public var ignoreDifferences: [IgnoredDifference]?
  /// How the health of some objects is told; nil for the rules of their kinds.
  public var health: [HealthRules]?

  /// Makes options.
  public init(
    helm: HelmOptions? = nil, substitute: [String: String]? = nil, overlays: [RenderOverlay]? = nil,
    syncOptions: [String]? = nil
  ) {
    self.helm = helm
    self.substitute = substitute
    self.overlays = overlays
    self.syncOptions = syncOptions
  }

  private enum CodingKeys: String, CodingKey {
    case helm, kubernetesVersion, kustomize, substitute, overlays, syncOptions, ignoreDifferences, health
  }

  /// Whether nothing is asked for.
  public var isEmpty: Bool { self == RenderOptions() }
}

/// A kustomization over what a directory renders to: `patches`, `images` and `replicas` as kustomize has them.
public struct RenderOverlay: Hashable, Sendable, Codable {
  /// The name of the override that it comes from.
  public var name: String
  /// The kustomization's fields, as JSON.
  public var kustomization: String

  /// Makes an overlay.
  public init(name: String, kustomization: String) {
    self.name = name
    self.kustomization = kustomization
  }
}

/// How a Helm chart is filled in. The names are those of an Argo CD Application's `source.helm`, which has the same
/// meaning: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
public struct HelmOptions: Hashable, Sendable, Codable {
  /// One value by its path, as `helm --set` takes it.
  public struct Parameter: Hashable, Sendable, Codable {
    /// The path, for example `image.tag`.
    public var name: String
    /// The value.
    public var value: String
    /// Whether the value stays a text, as with `--set-string`.
    public var forceString: Bool

    /// Makes a parameter.
    public init(name: String, value: String, forceString: Bool = false) {
      self.name = name
      self.value = value
      self.forceString = forceString
    }
  }

  /// Values that lie in a ConfigMap or a Secret of a file. The fields are those of a Flux HelmRelease's `valuesFrom`, but for
  /// where the object is: https://fluxcd.io/flux/components/helm/helmreleases/#values-references
  public struct ValuesSource: Hashable, Sendable, Codable {
    /// The kinds of objects that hold values.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
      /// A ConfigMap, with texts in `data`.
      case configMap = "ConfigMap"
      /// A Secret, with `data` in base64 and `stringData`.
      case secret = "Secret"
    }

    /// The key of `data` when a source names none.
    public static let defaultKey = "values.yaml"

    /// The file, relative to the chart's directory, or to the repository's root with a `/` in front.
    public var file: String
    /// The kind of the object.
    public var kind: Kind
    /// The object's name; nil for the only one of its kind in the file.
    public var name: String?
    /// The key of `data`; nil for ``defaultKey``.
    public var valuesKey: String?
    /// Where one value belongs, as keys joined by dots; nil when the text under the key is a map of values.
    public var targetPath: String?
    /// Whether nothing comes of a file, an object or a key that is not there, instead of an error.
    public var isOptional: Bool

    /// Makes a source.
    public init(file: String, kind: Kind = .configMap, isOptional: Bool = false) {
      self.file = file
      self.kind = kind
      self.isOptional = isOptional
    }
  }

  /// The release's name; nil for the target's name.
  public var releaseName: String?
  /// The namespace that templates see; nil for the target's.
  public var namespace: String?
  /// Files of values, relative to the chart's directory, or to the repository's root with a `/` in front; later ones win.
  public var valueFiles: [String] = []
  /// Whether files of values that are not there are left out.
  public var ignoreMissingValueFiles = false
  /// Values from ConfigMaps and Secrets of files, over `valueFiles`, later ones over earlier ones; nil for none.
  public var valuesFrom: [ValuesSource]?
  /// Values as a YAML document, over `valuesFrom`; empty for none.
  public var values = ""
  /// More values as YAML documents, over `values`, later ones over earlier ones; nil for none.
  public var overridingValues: [String]?
  /// Values by path, over all others.
  public var parameters: [Parameter] = []
  /// Whether the files of the chart's `crds` directory are left out.
  public var skipCrds = false
  /// The Kubernetes version that templates see; nil for the cluster's, or the program's own when that is not known.
  public var kubeVersion: String?
  /// API versions that templates see besides the program's own.
  public var apiVersions: [String] = []

  /// Makes options of a chart that keeps its own values.
  public init() {}
}
