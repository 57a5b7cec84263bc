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
      try step("NamespaceTransformer", "namespace") { () throws(KustomizeStop) in
        try NamespaceTransformer(namespace: definition.namespace).apply(to: list.resources)
      }
    }
    for (text, isPrefix) in [(definition.namePrefix, true), (definition.nameSuffix, false)] where !text.isEmpty {
      let (name, part) = isPrefix ? ("PrefixTransformer", "namePrefix") : ("SuffixTransformer", "nameSuffix")
      try step(name, part) { () throws(KustomizeStop) in
        try NameTransformer(text: text, isPrefix: isPrefix).apply(to: list.resources)
      }
    }
    try label()
    if !definition.commonAnnotations.isEmpty {
      try step("AnnotationsTransformer", "commonAnnotations") { () throws(KustomizeStop) in
        try MapTransformer(entries: definition.commonAnnotations, fields: DefaultFieldSpecs.commonAnnotations)
          .apply(to: list.resources)
      }
    }
    for patch in definition.jsonPatches {
      try step("PatchJson6902Transformer", patch.field) { () throws(KustomizeStop) in
        try patches.applyJSON(patch, to: list)
      }
    }
    for (index, replicas) in definition.replicas.enumerated() {
      try step("ReplicaCountTransformer", "replicas[\(index)]") { () throws(KustomizeStop) in
        try ReplicasTransformer(replicas: replicas, file: file).apply(to: list.resources)
      }
    }
    for (index, image) in definition.images.enumerated() {
      try step("ImageTagTransformer", "images[\(index)]") { () throws(KustomizeStop) in
        try ImageTransformer(image).apply(to: list.resources)
      }
    }
    try replace()
  }

  /// One transformer of kustomize: what is empty behind it goes.
  ///
  /// - Parameter part: the part of the kustomization that says so.
  private func step(
    _ name: String, _ part: @autoclosure () -> String, _ body: () throws(KustomizeStop) -> Void
  ) throws(KustomizeStop) {
    try body()
    target.files.trace?.changed(list.resources, by: part(), of: file)
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
      try step("PatchStrategicMergeTransformer", "patchesStrategicMerge") { () throws(KustomizeStop) in
        try patches.applyStrategic(definition.strategicPatches, to: list)
      }
    }
    for patch in definition.patches {
      try step("PatchTransformer", patch.field) { () throws(KustomizeStop) in try patches.apply(patch, to: list) }
    }
  }

  private func label() throws(KustomizeStop) {
    guard !definition.labels.isEmpty || !definition.commonLabels.isEmpty else { return }
    for (index, labels) in definition.labels.enumerated() {
      let known =
        labels.includesSelectors
        ? DefaultFieldSpecs.commonLabels
        : labels.includesTemplates ? DefaultFieldSpecs.templateLabels : DefaultFieldSpecs.labels
      let fields = labels.fields.isEmpty ? known : try [FieldSpec]().merging(labels.fields).merging(known)
      try step("LabelTransformer", "labels[\(index)]") { () throws(KustomizeStop) in
        try MapTransformer(entries: labels.pairs, fields: fields).apply(to: list.resources)
      }
    }
    try step("LabelTransformer", "commonLabels") { () throws(KustomizeStop) in
      try MapTransformer(entries: definition.commonLabels, fields: DefaultFieldSpecs.commonLabels)
        .apply(to: list.resources)
    }
  }

  private func replace() throws(KustomizeStop) {
    guard !definition.replacements.isEmpty else { return }
    try step("ReplacementTransformer", "replacements") { () throws(KustomizeStop) in
      for (index, (path, replacement)) in definition.replacements.enumerated() {
        guard let path else {
          try ReplacementTransformer(file: file).apply(replacement, to: list.resources)
          target.files.trace?.changed(list.resources, by: "replacements[\(index)]", of: file)
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
          target.files.trace?.changed(list.resources, by: "replacements[\(index)]", of: file, in: place)
        }
      }
    }
  }
}
