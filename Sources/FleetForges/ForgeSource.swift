import AsyncHTTPClient
public import FleetGenerators
public import FleetPorts
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle

/// Asks Git hosts and plugins over HTTP.
///
/// Requests and answers are values, read and made by pure functions; this wires them to one client.
public struct ForgeSource: GeneratorSource, Service {
  private let client: HTTPClient
  private let transport: ForgeTransport
  private let references: any ReferenceReader
  let appTokens = GitHubAppTokens()

  /// Makes a source; `run` or ``shutdown()`` ends its connections.
  public init(
    configuration: ForgeConfiguration = ForgeConfiguration(), references: any ReferenceReader, logger: Logger
  ) {
    var options = HTTPClient.Configuration()
    options.redirectConfiguration = .disallow
    options.timeout = .init(connect: .seconds(5))
    options.decompression = .disabled
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
    transport = ForgeTransport(client: client, configuration: configuration, logger: logger)
    self.references = references
  }

  /// Waits for the end of the service, and ends the connections then.
  public func run() async throws {
    try? await gracefulShutdown()
    try await shutdown()
  }

  /// Ends the connections; nothing can be asked afterwards.
  public func shutdown() async throws { try await client.shutdown() }

  /// Asks a provider or plugin; see ``GeneratorSource/answer(_:for:)``.
  public func answer(
    _ request: GeneratorRequest, for asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> GeneratorAnswer {
    switch request {
    case .repositories(let request):
      let (forge, session) = try await repositories(request.provider, asker)
      return .repositories(try await forge.repositories(cloneProtocol: request.cloneProtocol, session))
    case .branches(let request, let repository):
      let (forge, session) = try await repositories(request.provider, asker)
      return .repositories(try await forge.branches(of: repository, session))
    case .path(let request, let repository, let path):
      let (forge, session) = try await repositories(request.provider, asker)
      return .exists(try await forge.hasPath(path, in: repository, session))
    case .pullRequests(let provider):
      let (forge, session) = try await pullRequests(provider, asker)
      do {
        return .pullRequests(try await forge.pullRequests(session))
      } catch {
        guard error.code == .notFound else { throw error }
        return .repositoryNotFound(error.description)
      }
    case .plugin(let call): return try await plugin(call, asker)
    case .tree, .configMap, .decisions:
      throw GeneratorSourceError(.invalid, "this is not a question for a Git host")
    }
  }

  // MARK: Sessions

  func opener(_ asker: GeneratorAsker) -> ForgeReferences { ForgeReferences(reader: references, asker: asker) }

  func session(
    _ provider: String, _ base: ForgeURL, _ authorization: Authorization, _ reference: SecretReference?,
    kind: String? = nil, tls: TLSConfiguration? = nil
  ) -> ForgeSession {
    ForgeSession(
      account: ForgeAccount(
        provider: provider, kind: kind ?? provider, base: base, authorization: authorization,
        credential: reference?.name ?? "", tls: tls),
      transport: transport)
  }

  // MARK: Plugins

  private func plugin(
    _ call: PluginRequest, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> GeneratorAnswer {
    let name = "plugin \"\(call.configMap)\""
    let base: ForgeURL
    do {
      base = try ForgeURL(call.baseURL)
    } catch {
      throw GeneratorSourceError(.invalid, "\(name): baseUrl: \(error.message)", hint: error.hint)
    }
    guard let reference = PluginCall.reference(call.tokenReference) else {
      throw GeneratorSourceError(.invalid, "\(name): token is no reference", hint: "write $KEY or $SECRET:KEY")
    }
    let token = try await opener(asker).value(of: reference, for: base)
    let session = session(name, base, token.map(Authorization.bearer) ?? .none, reference, kind: "plugin")
    return .body(try await session.send(PluginCall.request(call, base: base, set: asker.set)).body)
  }
}
