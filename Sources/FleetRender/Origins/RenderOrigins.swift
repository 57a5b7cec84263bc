public import FleetModel
public import Manifest

/// An object with what gave its fields their values.
public struct OriginatedObject: Sendable {
  /// A field that is a value, or an empty map or list.
  public struct Field: Sendable {
    /// The field as people write it, for example `spec.template.spec.containers[0].image`.
    public var path: String
    /// Its value.
    public var value: Node
    /// What gave it a value, the first one first; the last one's is the one that it has.
    public var origins: [FieldOrigin]
  }

  /// The object.
  public let manifest: Node
  /// Its fields, in the order of the manifest.
  public let fields: [Field]

  init(_ document: TracedDocument) {
    manifest = document.node
    fields = document.fields.map { Field(path: $0.path, value: $0.value, origins: $0.origins) }
  }

  /// An object of which no more is known than where it came from as a whole.
  public init(_ manifest: Node, from origin: FieldOrigin) {
    self.init(TracedDocument(manifest) { _ in origin })
  }
}

/// What came of rendering with origins.
public enum OriginRendering: Sendable {
  /// These answers are needed first.
  case needs([RenderRequest])
  /// The objects of a bundle in its order.
  case objects([OriginatedObject], Bundle)
  /// At least one problem is an error.
  case failed([Diagnostic])
}

/// Renders as ``render(tree:path:namespace:isRecursive:options:target:engine:answers:memory:)`` does, to the same bundle, and says of
/// every field what gave it its value (decision 51).
///
/// After each step of a native build, of overrides, values and options, objects are compared with what they were before. Of
/// what programs make, the chart's template is known, or no more than the kustomization.
///
/// - Parameter valueSources: where values for `${NAME}` come from, by name, for people.
public func renderOrigins(
  tree: any SourceTree, path: String, namespace: String, isRecursive: Bool = true,
  options: RenderOptions = RenderOptions(), target: String = "", engine: KustomizeEngine = .automatic,
  valueSources: [String: String] = [:], answers: [RenderRequest: RenderAnswer] = [:]
) -> OriginRendering {
  let rendering = renderDirectory(
    tree: tree, path: path, namespace: namespace, isRecursive: isRecursive, options: options, target: target,
    engine: engine, answers: answers, isFollowed: true)
  switch rendering {
  case .needs(let requests): return .needs(requests)
  case .failed(let problems): return .failed(problems)
  case .directory(let directory):
    do throws(DiagnosticsError) {
      let (bundle, _, followed) = try finished(
        directory, path: path, commit: tree.commit, namespace: namespace, options: options, valueSources: valueSources)
      return .objects(bundle.objects.compactMap { followed[$0.identity].map(OriginatedObject.init) }, bundle)
    } catch {
      return .failed(error.diagnostics)
    }
  }
}

/// Builds a kustomization as ``kustomize(tree:path:)`` does, and says of every field what gave it its value; nil for one that
/// the native engine does not build.
public func kustomizeOrigins(tree: any SourceTree, path: String) -> [OriginatedObject]? {
  let trace = BuildTrace(parts: KustomizationParts(of: tree))
  guard case .objects = kustomize(tree: tree, path: path, trace: trace) else { return nil }
  return trace.documents.map(OriginatedObject.init)
}

extension Substitution {
  /// What put values into fields.
  ///
  /// - Parameter sources: where values come from, by name.
  func origin(_ sources: [String: String]) -> TracedDocument.Step {
    { field in
      let names = variables(in: field.old?.string ?? "").map { variable in
        if variable.isDefault { return "${\(variable.name)} by its default" }
        return "${\(variable.name)} from source.substitute" + (sources[variable.name].map { ": \($0)" } ?? "")
      }
      // $${NAME} becomes ${NAME} without any value.
      return FieldOrigin(kind: .substitution, part: names.isEmpty ? "$${…} as it is" : names.joined(separator: ", "))
    }
  }
}
