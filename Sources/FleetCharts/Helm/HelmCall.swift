import FleetModel
import FleetPorts
import FleetPrograms
import Manifest

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Calls of helm for one repository, in a scratch folder that is helm's whole home: no configuration, plugin or credential
/// of this machine is seen, and nothing that a call writes stays. Only flags that helm 3 has as well are used.
struct HelmCall: Sendable {
  /// What the repository is called in helm's own files.
  private static let name = "charts"

  let configuration: ChartConfiguration
  let remote: ChartRemote
  let credential: SourceCredential?
  let repository: String
  let scratch: String

  private var user: String? { if case .password(let user, _) = credential { user } else { nil } }
  private var password: String? { if case .password(_, let password) = credential { password } else { nil } }

  /// Brings the index of an HTTP repository.
  func index() async throws(SourceError) -> [UInt8] {
    var arguments = ["repo", "add", Self.name, remote.url]
    if let user { arguments += ["--username", user, "--password-stdin"] }
    try await run(arguments, input: password ?? "")
    let file = scratch + "/cache/repository/\(Self.name)-index.yaml"
    guard let data = FileManager.default.contents(atPath: file) else {
      throw SourceError(.invalid, "repository '\(repository)': helm brought no index")
    }
    return [UInt8](data)
  }

  /// Sees whether a registry takes the credential.
  func login() async throws(SourceError) {
    guard let user, let password else { return }
    try await run(
      ["registry", "login", remote.authority, "--username", user, "--password-stdin"]
        + (remote.isPlain ? ["--plain-http"] : []), input: password)
  }

  /// Brings the archive of a chart.
  ///
  /// - Parameters:
  ///   - version: a version; for a registry also a range.
  ///   - index: the index of an HTTP repository, which says where the archive is.
  func pull(_ chart: String, version: String, index: String?) async throws(SourceError) -> [UInt8] {
    let out = scratch + "/out"
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
      if let index { try writeRepositories(index) } else { try writeRegistry() }
    } catch {
      throw SourceError(.invalid, "the files for helm cannot be written: \(error)")
    }
    let reference = remote.isRegistry ? "\(remote.url)/\(chart)" : "\(Self.name)/\(chart)"
    try await run(
      ["pull", reference, "--version=\(version)", "--destination", out] + (remote.isPlain ? ["--plain-http"] : []),
      input: "")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: out)) ?? []
    guard let name = names.first(where: { $0.hasSuffix(".tgz") }) ?? names.first,
      let size = ChartFolder.sizeBytes(ofFile: out + "/" + name)
    else { throw SourceError(.invalid, "repository '\(repository)': helm brought no archive of \(chart)") }
    guard size <= configuration.archiveLimitBytes else {
      throw SourceError(
        .notAllowed,
        "the archive of \(chart) has \(size) bytes; at most \(configuration.archiveLimitBytes) are allowed",
        hint: "keep large files out of the chart")
    }
    return [UInt8](FileManager.default.contents(atPath: out + "/" + name) ?? Data())
  }

  /// Makes an HTTP repository known to helm as it was when its index was brought.
  private func writeRepositories(_ index: String) throws {
    var entry = Object()
    entry["name"] = Node(.string(Self.name))
    entry["url"] = Node(.string(remote.url))
    if let user, let password {
      entry["username"] = Node(.string(user))
      entry["password"] = Node(.string(password))
    }
    let cache = scratch + "/cache/repository"
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: index, toPath: cache + "/\(Self.name)-index.yaml")
    try write(
      ["apiVersion": "v1", "repositories": Node(.array([Node(.object(entry))]))], to: "config", "repositories.yaml")
  }

  /// Where helm and docker keep the passwords of registries
  /// (https://docs.docker.com/reference/cli/docker/login/#credential-stores).
  private func writeRegistry() throws {
    var hosts = Object()
    if let user, let password {
      let token = Data("\(user):\(password)".utf8).base64EncodedString()
      hosts[remote.authority] = ["auth": Node(.string(token))]
    }
    try write(["auths": Node(.object(hosts))], to: "config", "registry.json")
  }

  private func write(_ node: Node, to folder: String, _ name: String) throws {
    try FileManager.default.createDirectory(atPath: scratch + "/" + folder, withIntermediateDirectories: true)
    try Data(JSON.text(node).utf8).write(to: URL(fileURLWithPath: "\(scratch)/\(folder)/\(name)"))
  }

  private func run(_ arguments: [String], input: String) async throws(SourceError) {
    let result: ProgramResult
    do throws(ProgramError) {
      let program = try ProgramSearch.find("helm", in: configuration.programFolders)
      result = try await Program.run(
        program, arguments: arguments, environment: environment, workingDirectory: scratch,
        input: Array((input + "\n").utf8), timeLimit: configuration.timeLimit, outputLimitBytes: 1 << 20,
        memoryLimitBytes: 1 << 30)
    } catch {
      throw sourceError(error)
    }
    guard result.isSuccess else {
      let text = String(decoding: result.errorOutput.suffix(4_096), as: UTF8.self).replacing(scratch, with: "…")
      throw HelmFailure.error(text, repository: repository, secrets: [password ?? ""])
    }
  }

  private func sourceError(_ error: ProgramError) -> SourceError {
    switch error {
    case .timedOut(_, let limit):
      SourceError(
        .timedOut, "repository '\(repository)' did not answer within \(limit)",
        hint: "the next poll tries again; see whether the server is up and reachable from the controller")
    case .cancelled: SourceError(.cancelled, "the work on repository '\(repository)' was cancelled")
    case .outputTooLarge: SourceError(.invalid, "repository '\(repository)': helm said too much")
    case .notFound, .startFailed:
      SourceError(
        .invalid, "charts of repositories need helm, which cannot be run where the controller runs: \(error)",
        hint: "install helm 3.13 or newer")
    }
  }

  private var environment: [String: String] {
    var environment = [
      "HOME": scratch, "TMPDIR": scratch, "PATH": scratch, "LANG": "C.UTF-8", "GOMAXPROCS": "2",
      "HELM_CACHE_HOME": scratch + "/cache", "HELM_CONFIG_HOME": scratch + "/config",
      "HELM_DATA_HOME": scratch + "/data",
      "HELM_REPOSITORY_CONFIG": scratch + "/config/repositories.yaml",
      "HELM_REPOSITORY_CACHE": scratch + "/cache/repository",
      "HELM_REGISTRY_CONFIG": scratch + "/config/registry.json", "KUBECONFIG": "/dev/null",
    ]
    if let file = configuration.certificateAuthorityFile { environment["SSL_CERT_FILE"] = file }
    return environment
  }
}
