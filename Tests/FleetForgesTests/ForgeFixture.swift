import FleetDocuments
import FleetForges
import FleetGenerators
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Logging
import Manifest
import NIOSSL

/// A source over served answers, with secrets that may be sent to 127.0.0.1.
struct ForgeFixture: Sendable {
  let source: ForgeSource
  let server: AnswerServer

  static let asker = GeneratorAsker(project: "default", set: "previews")

  static func with(
    _ answers: [Answer], references: References = References(), configuration: ForgeConfiguration? = nil,
    tls: TLSConfiguration? = nil, _ body: @escaping @Sendable (ForgeFixture) async throws -> Void
  ) async throws {
    var logger = Logger(label: "forges")
    logger.logLevel = .critical
    let quiet = logger
    try await AnswerServer.with(answers, tls: tls) { server in
      var options = configuration ?? ForgeConfiguration(allowsLoopback: true)
      for origin in options.replacedOrigins.keys { options.replacedOrigins[origin] = server.base }
      let source = ForgeSource(configuration: options, references: references, logger: quiet)
      do {
        try await body(ForgeFixture(source: source, server: server))
      } catch {
        try await source.shutdown()
        throw error
      }
      try await source.shutdown()
    }
  }

  func provider(_ kind: String, _ configuration: String) throws -> ScmProvider {
    ScmProvider(
      kind: kind, configuration: try JSON.parse(Array(configuration.replacing("{base}", with: server.base).utf8)))
  }

  func ask(_ request: GeneratorRequest) async throws(GeneratorSourceError) -> GeneratorAnswer {
    try await source.answer(request, for: Self.asker)
  }

  /// Repositories as Argo CD's generators see them before branches are looked at.
  func repositories(
    _ kind: String, _ configuration: String, cloneProtocol: String = ""
  ) async throws -> (request: RepositoriesRequest, found: [ScmRepository]) {
    let request = RepositoriesRequest(provider: try provider(kind, configuration), cloneProtocol: cloneProtocol)
    guard case .repositories(let found) = try await ask(.repositories(request)) else { return (request, []) }
    return (request, found)
  }

  func branches(_ request: RepositoriesRequest, _ repository: ScmRepository) async throws -> [ScmRepository] {
    guard case .repositories(let found) = try await ask(.branches(request, repository: repository)) else { return [] }
    return found
  }

  func hasPath(_ request: RepositoriesRequest, _ repository: ScmRepository, _ path: String) async throws -> Bool? {
    guard case .exists(let exists) = try await ask(.path(request, repository: repository, path: path)) else {
      return nil
    }
    return exists
  }

  func pullRequests(_ kind: String, _ configuration: String) async throws -> [PullRequest] {
    guard case .pullRequests(let found) = try await ask(.pullRequests(try provider(kind, configuration))) else {
      return []
    }
    return found
  }

  /// The error of a question for pull requests.
  func failure(_ kind: String, _ configuration: String) async throws -> GeneratorSourceError? {
    do {
      _ = try await ask(.pullRequests(try provider(kind, configuration)))
      return nil
    } catch let error as GeneratorSourceError {
      return error
    }
  }
}

/// Secrets and ConfigMaps of a test.
struct References: ReferenceReader {
  var secrets: [String: StoredSecret] = [
    "token": StoredSecret(values: ["value": "s3cr3t-t0ken"], hosts: ["127.0.0.1"]),
    "public": StoredSecret(values: ["value": "s3cr3t-t0ken"]),
    "argocd-secret": StoredSecret(values: ["plugin.token": "plugin-t0ken"], hosts: ["127.0.0.1"]),
    "aws-codecommit": StoredSecret(
      values: ["accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"]),
  ]
  var configMaps: [String: [String: String]] = [:]

  func secret(named name: String, in project: ProjectName) async throws -> StoredSecret? { secrets[name] }
  func configMap(named name: String, in project: ProjectName) async throws -> [String: String]? { configMaps[name] }
}
