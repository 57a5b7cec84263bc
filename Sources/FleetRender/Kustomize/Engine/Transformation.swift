import FleetModel
import Manifest

/// What one kustomization does to the objects that it has, in kustomize's order.
struct Transformation {
  let target: BuildTarget
  let list: ResourceList
  let origin: BuildOrigin?

  private var definition: KustomizationDefinition { target.definition }
  private var file: String { target.file }

  func run() throws(KustomizeStop) {
    list.forgetIndex()
    try patch()
    if !definition.namespace.isEmpty {
      try step("NamespaceTransformer") { () throws(KustomizeStop) in
        try NamespaceTransformer(namespace: definition.namespace).apply(to: list.resources)
      }
    }
    for (text, isPrefix) in [(definition.namePrefix, true), (definition.nameSuffix, false)] where !text.isEmpty {
      try step(isPrefix ? "PrefixTransformer" : "SuffixTransformer") { () throws(KustomizeStop) in
        try NameTransformer(text: text, isPrefix: isPrefix).apply(to: list.resources)
      }
    }
    try label()
    if !definition.commonAnnotations.isEmpty {
      try step("AnnotationsTransformer") { () throws(KustomizeStop) in
        try MapTransformer(entries: definition.commonAnnotations, fields: DefaultFieldSpecs.commonAnnotations)
          .apply(to: list.resources)
      }
    }
    for patch in definition.jsonPatches {
      try step("PatchJson6902Transformer") { () throws(KustomizeStop) in try patches.applyJSON(patch, to: list) }
    }
    for replicas in definition.replicas {
      try step("ReplicaCountTransformer") { () throws(KustomizeStop) in
        try ReplicasTransformer(replicas: replicas, file: file).apply(to: list.resources)
      }
    }
    for image in definition.images {
      try step("ImageTagTransformer") { () throws(KustomizeStop) in
        try ImageTransformer(image).apply(to: list.resources)
      }
    }
    try replace()
  }

  /// One transformer of kustomize: what is empty behind it goes.
  private func step(_ name: String, _ body: () throws(KustomizeStop) -> Void) throws(KustomizeStop) {
    try body()
    if let origin {
      let fileName = file.split(separator: "/").last.map(String.init) ?? file
      try BuildOrigin.add(try origin.plugin(name, in: fileName), to: list.resources.filter { !$0.isEmpty })
    }
    list.dropEmpty()
  }

  private var patches: PatchTransformer {
    PatchTransformer(files: target.files, directory: target.directory, file: file)
  }

  private func patch() throws(KustomizeStop) {
    if !definition.strategicPatches.isEmpty {
      try step("PatchStrategicMergeTransformer") { () throws(KustomizeStop) in
        try patches.applyStrategic(definition.strategicPatches, to: list)
      }
    }
    for patch in definition.patches {
      try step("PatchTransformer") { () throws(KustomizeStop) in try patches.apply(patch, to: list) }
    }
  }

  private func label() throws(KustomizeStop) {
    guard !definition.labels.isEmpty || !definition.commonLabels.isEmpty else { return }
    for labels in definition.labels {
      let known =
        labels.includesSelectors
        ? DefaultFieldSpecs.commonLabels
        : labels.includesTemplates ? DefaultFieldSpecs.templateLabels : DefaultFieldSpecs.labels
      let fields = labels.fields.isEmpty ? known : try [FieldSpec]().merging(labels.fields).merging(known)
      try step("LabelTransformer") { () throws(KustomizeStop) in
        try MapTransformer(entries: labels.pairs, fields: fields).apply(to: list.resources)
      }
    }
    try step("LabelTransformer") { () throws(KustomizeStop) in
      try MapTransformer(entries: definition.commonLabels, fields: DefaultFieldSpecs.commonLabels)
        .apply(to: list.resources)
    }
  }

  private func replace() throws(KustomizeStop) {
    guard !definition.replacements.isEmpty else { return }
    try step("ReplacementTransformer") { () throws(KustomizeStop) in
      for (path, replacement) in definition.replacements {
        guard let path else {
          try ReplacementTransformer(file: file).apply(replacement, to: list.resources)
          continue
        }
        let (place, bytes) = try target.files.load(path, from: target.directory, file: file)
        let documents: [Node]
        do throws(DiagnosticsError) { documents = try YAML.documents(bytes, file: place) } catch {
          throw .needsProgram("the replacements in \(place): \(error.diagnostics.first?.message ?? "")")
        }
        guard documents.count == 1 else { throw .needsProgram("replacements in several documents (\(place))") }
        for replacement in try ReplacementReader(file: place).file(documents[0]) {
          try ReplacementTransformer(file: place).apply(replacement, to: list.resources)
        }
      }
    }
  }
}
