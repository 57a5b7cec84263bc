public import AsyncHTTPClient
internal import FleetAPI
internal import NIOCore
internal import NIOSSL

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Typed access to the user API of a controller, the first that answers of those that are configured (DESIGN, Wire).
///
/// Reading requests, and changing ones under the `Idempotency-Key` that each of them carries, are repeated for
/// ``ControllerConfiguration/retryFor`` when the controller cannot be reached or says "not now"; everything else is
/// answered at once. Cancelling the task cancels the request.
public struct ControllerClient: Sendable {
  /// Where the controller is.
  public let configuration: ControllerConfiguration
  let http: HTTPClient
  let addresses: ControllerAddresses

  /// Makes a client over connections that the caller keeps and shuts down.
  public init(configuration: ControllerConfiguration, http: HTTPClient) {
    self.init(configuration: configuration, http: http, addresses: ControllerAddresses(configuration.server))
  }

  private init(configuration: ControllerConfiguration, http: HTTPClient, addresses: ControllerAddresses) {
    self.configuration = configuration
    self.http = http
    self.addresses = addresses
  }

  /// The same client with another time for repeating requests, and for each attempt; zero tries once.
  public func retrying(for duration: Duration, eachFor attempt: Duration? = nil) -> ControllerClient {
    var changed = configuration
    changed.retryFor = duration
    changed.requestTimeout = attempt ?? changed.requestTimeout
    return ControllerClient(configuration: changed, http: http, addresses: addresses)
  }

  /// Runs `body` with a client and closes its connections afterwards.
  ///
  /// - Throws: ``ClientError/configuration(_:)`` when the URL or the authority file cannot be used; what `body` throws.
  public static func with<Result: Sendable>(
    _ configuration: ControllerConfiguration, _ body: @Sendable (ControllerClient) async throws -> Result
  ) async throws -> Result {
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try transport(configuration))
    let result: Result
    do {
      result = try await body(ControllerClient(configuration: configuration, http: http))
    } catch {
      try? await http.shutdown()
      throw error
    }
    try? await http.shutdown()
    return result
  }

  private static func transport(_ configuration: ControllerConfiguration) throws -> HTTPClient.Configuration {
    for server in ControllerAddresses(configuration.server).urls {
      guard let url = URL(string: server), let scheme = url.scheme, url.host != nil,
        scheme == "http" || scheme == "https"
      else {
        throw ClientError.configuration(
          "\"\(server)\" is not the URL of a controller; expected for example http://127.0.0.1:8484")
      }
    }
    var result = HTTPClient.Configuration()
    result.timeout.connect = .seconds(5)
    result.timeout.read = .seconds(60)
    // Attempts are repeated here, and with another controller.
    result.connectionPool.retryConnectionEstablishment = false
    result.redirectConfiguration = .disallow
    if let file = configuration.authorityFile {
      do {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
        result.tlsConfiguration = tls
      } catch {
        throw ClientError.configuration("the authority file \(file) cannot be used: \(error)")
      }
    }
    return result
  }
}

/// One request, before it is given to the network.
struct ControllerRequest: Sendable {
  var route: Route
  /// Values for the parts of the path in braces.
  var parameters: [String]
  /// Parameters of the query; those without a value are left out.
  var query: [(name: String, value: String?)]
  var body: [UInt8]?

  init(_ route: Route, _ parameters: [String], query: [(name: String, value: String?)] = [], body: [UInt8]? = nil) {
    self.route = route
    self.parameters = parameters
    self.query = query
    self.body = body
  }

  /// The URL on a server.
  func url(on server: String) -> String {
    var rest = parameters[...]
    let parts = route.path.split(separator: "/").map { part in
      guard part.hasPrefix("{"), let value = rest.popFirst() else { return String(part) }
      return Route.percentEncoded(value)
    }
    let arguments = query.compactMap { parameter in
      parameter.value.map { "\(Route.percentEncoded(parameter.name))=\(Route.percentEncoded($0))" }
    }
    let address = ([server] + parts).joined(separator: "/")
    return arguments.isEmpty ? address : address + "?" + arguments.joined(separator: "&")
  }
}
