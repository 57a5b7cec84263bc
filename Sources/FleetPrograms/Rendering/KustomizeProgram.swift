/// The real kustomize: `kubectl kustomize`, or the `kustomize` program, without plugins and Helm.
public struct KustomizeProgram: Sendable {
  /// The program.
  public let path: String
  private let leadingArguments: [String]

  /// Finds `kubectl`, else `kustomize`, in the given folders and then in PATH.
  ///
  /// - Throws: ``ProgramError/notFound(program:searched:)``.
  public init(searching folders: [String] = []) throws(ProgramError) {
    if let kubectl = try? ProgramSearch.find("kubectl", in: folders) {
      self.init(path: kubectl)
    } else {
      do throws(ProgramError) {
        self.init(path: try ProgramSearch.find("kustomize", in: folders))
      } catch {
        throw .notFound(program: "kubectl or kustomize", searched: folders + ProgramSearch.searchPath())
      }
    }
  }

  /// Uses the program at a path; it is kustomize itself when its name says so, else a kubectl.
  public init(path: String) {
    self.path = path
    let isKustomize = path.split(separator: "/").last?.hasPrefix("kustomize") == true
    leadingArguments = [isKustomize ? "build" : "kustomize"]
  }

  /// Builds a kustomization.
  ///
  /// - Parameters:
  ///   - directory: the kustomization's directory, relative to the repository's root; empty for the root.
  ///   - files: everything it is built from.
  ///   - limits: what it may take.
  /// - Returns: the manifests, as YAML documents.
  public func build(
    directory: String, files: [RenderProgram.File], limits: RenderProgram.Limits = RenderProgram.Limits()
  ) async throws(RenderProgram.Failure) -> [UInt8] {
    guard RenderProgram.isInside(directory) || directory.isEmpty else { throw .path(directory) }
    return try await RenderProgram.run(
      path, arguments: leadingArguments + [directory.isEmpty ? "repository" : "repository/" + directory], files: files,
      limits: limits)
  }
}
