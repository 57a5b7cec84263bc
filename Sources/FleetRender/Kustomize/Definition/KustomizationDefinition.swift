import Manifest

/// What a kustomization file says, as far as the native engine does it.
struct KustomizationDefinition {
  /// A text with the place where it is written.
  struct Reference: Hashable {
    var text: String
    var field: String
    var position: Position?
  }

  /// A patch: its text, or the file that has it.
  struct Patch {
    var path: Reference?
    var text: Reference?
    var target: ResourceSelector?
    var allowsNameChange = false
    var allowsKindChange = false
    var field: String
    var position: Position?
  }

  struct Labels {
    var pairs: [String: String] = [:]
    var includesSelectors = false
    var includesTemplates = false
    var fields: [FieldSpec] = []
  }

  struct Image {
    var name = ""
    var newName = ""
    var newTag = ""
    var tagSuffix = ""
    var digest = ""
  }

  struct Replicas {
    var name = ""
    var count: Int64 = 0
    var position: Position?
  }

  struct GeneratorOptions {
    var labels: [String: String] = [:]
    var annotations: [String: String] = [:]
    var disablesHash = false
    var isImmutable = false
  }

  /// A ConfigMap or a Secret that is generated.
  struct Generator {
    var isSecret = false
    var name = ""
    var namespace = ""
    var behavior = ""
    var secretType = ""
    var literals: [Reference] = []
    var files: [Reference] = []
    var envs: [Reference] = []
    var options: GeneratorOptions?
    var position: Position?
    var field: String
  }

  struct FieldOptions {
    var delimiter = ""
    var index = 0
    var creates = false
  }

  struct Replacement {
    struct Source {
      var id = ResourceSelector()
      var fieldPath = ""
      var options: FieldOptions?
    }

    struct Target {
      var select: ResourceSelector
      var reject: [ResourceSelector] = []
      var fieldPaths: [String] = []
      var options: FieldOptions?
    }

    var source: Source?
    var sourceValue: String?
    var targets: [Target] = []
    var position: Position?
  }

  struct Variable {
    var name = ""
    var type = ResourceType()
    var objectName = ""
    var objectNamespace = ""
    var fieldPath = "metadata.name"
    var position: Position?
  }

  struct SortOptions {
    var order = ""
    var first: [String]?
    var last: [String]?
    var hasLegacyOptions = false
  }

  var isComponent = false
  var resources: [Reference] = []
  var components: [Reference] = []
  var namePrefix = ""
  var nameSuffix = ""
  var namespace = ""
  var commonLabels: [String: String] = [:]
  var labels: [Labels] = []
  var commonAnnotations: [String: String] = [:]
  var strategicPatches: [Reference] = []
  var jsonPatches: [Patch] = []
  var patches: [Patch] = []
  var images: [Image] = []
  var replicas: [Replicas] = []
  var generators: [Generator] = []
  var generatorOptions: GeneratorOptions?
  /// Replacements, or files that have them.
  var replacements: [(path: Reference?, replacement: Replacement)] = []
  var variables: [Variable] = []
  var sortOptions: SortOptions?
  var buildMetadata: Set<String> = []
}
