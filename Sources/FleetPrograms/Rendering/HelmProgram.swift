/// The real `helm template`, of Helm 3 or 4: without a cluster, without network, without plugins.
public struct HelmProgram: Sendable {
  /// What a chart is filled in with.
  public struct Release: Hashable, Sendable {
    /// The release's name.
    public var name: String
    /// Its namespace.
    public var namespace: String
    /// Files of values in order, relative to the repository's root.
    public var valueFiles: [String] = []
    /// Values as a YAML document, over the files; empty for none.
    public var values = ""
    /// `--set` by path, in order.
    public var parameters: [(name: String, value: String, isText: Bool)] = []
    /// Whether the files of `crds` are left out.
    public var skipCRDs = false
    /// The Kubernetes version that templates see; nil for the program's own.
    public var kubeVersion: String?
    /// More API versions that templates see.
    public var apiVersions: [String] = []

    /// Makes a release with the chart's own values.
    public init(name: String, namespace: String) {
      self.name = name
      self.namespace = namespace
    }

    /// Whether two are the same.
    public static func == (left: Release, right: Release) -> Bool { left.arguments == right.arguments }

    /// Hashes what the program is told.
    public func hash(into hasher: inout Hasher) { hasher.combine(arguments) }

    /// The arguments but for the chart.
    fileprivate var arguments: [String] {
      var arguments = ["--namespace", namespace, "--skip-tests", skipCRDs ? "--skip-crds" : "--include-crds"]
      for file in valueFiles { arguments += ["--values", "repository/" + file] }
      if !values.isEmpty { arguments += ["--values", "values.yaml"] }
      for parameter in parameters {
        arguments += [
          parameter.isText ? "--set-string" : "--set", "\(parameter.name)=\(Self.escaped(parameter.value))",
        ]
      }
      if let kubeVersion { arguments += ["--kube-version", kubeVersion] }
      for version in apiVersions { arguments += ["--api-versions", version] }
      return [name] + arguments
    }

    /// A comma begins another parameter for `--set`, but in a list in braces; here it is a part of the value, as for
    /// Argo CD.
    private static func escaped(_ value: String) -> String {
      if value.hasPrefix("{"), value.hasSuffix("}") { return value }
      return value.replacing("\\,", with: ",").replacing(",", with: "\\,")
    }
  }

  /// The program.
  public let path: String

  /// Finds `helm` in the given folders and then in PATH.
  ///
  /// - Throws: ``ProgramError/notFound(program:searched:)``.
  public init(searching folders: [String] = []) throws(ProgramError) {
    path = try ProgramSearch.find("helm", in: folders)
  }

  /// Uses the program at a path.
  public init(path: String) { self.path = path }

  /// Renders a chart.
  ///
  /// - Parameters:
  ///   - directory: the chart's directory, relative to the repository's root; empty for the root.
  ///   - files: the chart's files and those of values.
  ///   - release: what it is filled in with.
  ///   - limits: what it may take.
  /// - Returns: the manifests, as YAML documents.
  public func template(
    directory: String, files: [RenderProgram.File], release: Release,
    limits: RenderProgram.Limits = RenderProgram.Limits()
  ) async throws(RenderProgram.Failure) -> [UInt8] {
    guard RenderProgram.isInside(directory) || directory.isEmpty else { throw .path(directory) }
    for text in [release.name, release.namespace] where text.isEmpty || text.hasPrefix("-") {
      throw .refused("\"\(text)\" can be neither a release's name nor its namespace")
    }
    let values = RenderProgram.File(path: "values.yaml", contents: Array(release.values.utf8))
    let chart = directory.isEmpty ? "repository" : "repository/" + directory
    let arguments = release.arguments
    return try await RenderProgram.run(
      path, arguments: ["template"] + arguments.prefix(1) + [chart] + arguments.dropFirst(), files: files,
      others: release.values.isEmpty ? [] : [values], limits: limits)
  }
}
