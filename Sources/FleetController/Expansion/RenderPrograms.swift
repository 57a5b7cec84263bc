internal import FleetModel
public import FleetPrograms
internal import FleetRender

/// The programs that answer what rendering needs of the world. Without one, what needs it is an error that says what to
/// install.
public struct RenderPrograms: Sendable {
  let kustomize: KustomizeProgram?
  let helm: HelmProgram?

  /// Uses programs.
  public init(kustomize: KustomizeProgram? = nil, helm: HelmProgram? = nil) {
    self.kustomize = kustomize
    self.helm = helm
  }

  /// Those that are found in the given folders, and then in PATH.
  public init(searching folders: [String]) {
    self.init(
      kustomize: try? KustomizeProgram(searching: folders), helm: try? HelmProgram(searching: folders))
  }

  /// Runs the program that a request asks for, over files of a commit.
  func answer(_ request: RenderRequest, _ tree: any SourceTree) async -> RenderAnswer {
    do {
      switch request {
      case .kustomize(let path, let files):
        guard let kustomize else {
          return .failure("neither kubectl nor kustomize is installed where the controller runs")
        }
        return .output(try await kustomize.build(directory: path, files: try Self.copies(files, tree)))
      case .helm(let request):
        guard let helm else { return .failure("helm is not installed where the controller runs") }
        return .output(
          try await helm.template(
            directory: request.path, files: try Self.copies(request.files, tree), release: .init(request)))
      }
    } catch {
      return .failure("\(error)")
    }
  }

  private static func copies(_ files: [SourceFile], _ tree: any SourceTree) throws -> [RenderProgram.File] {
    try files.map { RenderProgram.File(path: $0.path, contents: try tree.contents(of: $0.path) ?? []) }
  }
}

extension HelmProgram.Release {
  fileprivate init(_ request: HelmRequest) {
    self.init(name: request.releaseName, namespace: request.namespace)
    valueFiles = request.valueFiles
    values =
      request.valuesFrom + [request.options.values].filter { !$0.isEmpty } + (request.options.overridingValues ?? [])
    parameters = request.options.parameters.map { ($0.name, $0.value, $0.forceString) }
    skipCRDs = request.options.skipCrds
    kubeVersion = request.options.kubeVersion
    apiVersions = request.options.apiVersions
  }
}
