import AsyncHTTPClient
import FleetAPI
import FleetController
import FleetDocuments
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import FleetServer

/// A server on a free port over a database of its own, with a token of every right.
struct ServerFixture: Sendable {
  let url: String
  let databaseURL: String
  let store: PostgresStore
  let controller: ControllerID
  let secrets: SecretBox
  let folder: String
  /// Tokens by right.
  let tokens: [AccessRight: String]

  /// Runs the body against a running server, then stops it and removes everything.
  static func with(
    configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (ServerFixture) async throws -> Void
  ) async throws {
    var quiet = Logger(label: "flotilla.test")
    quiet.logLevel = .critical
    let logger = quiet
    let folder = NSTemporaryDirectory() + "flotilla-server-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await TestDatabase.with(logger: logger) { database in
      let store = database.store
      let controller = try await store.registerController(version: "test")
      var configuration = ServerConfiguration(controller: controller, version: "1.2.3-test")
      configuration.port = 0
      configuration.tokenFile = folder + "/admin.token"
      configuration.tokenCache = .zero
      configuration.sessionCache = .zero
      configuration.readinessLimit = .seconds(30)
      configure(&configuration)
      let secrets = try SecretBox(keyFile: folder + "/keys")
      var tokens: [AccessRight: String] = [:]
      for right in AccessRight.allCases {
        let token = TokenHasher.makeToken()
        tokens[right] = token
        _ = try await store.createToken(
          Principal(name: "\(right.rawValue)er", groups: ["sre"], right: right.portRight),
          tokenHash: TokenHasher.hash(token), expiresIn: nil, cause: ChangeCause(principal: "test"))
      }
      let (urls, source) = AsyncStream<String>.makeStream()
      let server = try Server(
        configuration: configuration, store: store, previews: NoPreviews(),
        actions: RolloutService(store: store, logger: logger),
        secrets: secrets, metrics: PrometheusMetrics(), logger: logger,
        onRunning: { url in
          source.yield(url)
          source.finish()
        })
      let given = tokens
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask {
          for await url in urls {
            try await body(
              ServerFixture(
                url: url, databaseURL: database.url, store: store, controller: controller, secrets: secrets,
                folder: folder, tokens: given))
          }
        }
        // The server runs until the body has ended; when it fails to start, its error comes first.
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// An answer.
  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
      try JSONDecoder().decode(type, from: Data(body))
    }

    func envelope() throws -> ErrorEnvelope { try decode() }
  }

  /// Sends a request.
  func send(
    _ method: String, _ path: String, right: AccessRight? = nil, token: String? = nil, bytes: [UInt8]? = nil,
    headers: [(String, String)] = []
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url + path)
    request.method = HTTPMethod(rawValue: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let token = token ?? right.flatMap({ tokens[$0] }) {
      request.headers.add(name: "Authorization", value: "Bearer \(token)")
    }
    if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let body = try await response.body.collect(upTo: 32 << 20)
    return Answer(status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
  }

  /// Calls a route with a JSON body.
  func call(
    _ route: Route, _ path: String, right: AccessRight? = .admin, token: String? = nil,
    _ body: (any Encodable & Sendable)? = nil, headers: [(String, String)] = []
  ) async throws -> Answer {
    let bytes = try body.map { try Array(JSONEncoder().encode($0)) }
    return try await send(
      route.method.rawValue, path, right: token == nil ? right : nil, token: token, bytes: bytes, headers: headers)
  }

  /// Stores documents; fails the test when they are refused.
  func apply(_ text: String) async throws {
    let answer = try await call(
      Routes.applyDocuments, Routes.applyDocuments.path("default"),
      ApplyRequest(files: [.init(name: "fleet.yaml", content: text)], reason: "for the test"))
    #expect(answer.status == 200, "\(answer.text)")
  }

  /// A Cluster document.
  static func cluster(_ name: String, labels: [String: String] = [:]) -> String {
    let labels = labels.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }.joined(separator: ", ")
    return "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata:\n  name: \(name)\n  labels: {\(labels)}\n---\n"
  }
}

/// Previews are the controller's; these tests have none.
struct NoPreviews: PreviewService {
  func preview(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> Preview {
    throw ActionRefusal(code: .notFound, message: "there is no FleetSet \(fleetSet)")
  }

  func origins(
    of fleetSet: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [TargetName: [ObjectOriginsResource]] {
    throw ActionRefusal(code: .notFound, message: "there is no FleetSet \(fleetSet)")
  }

  func settingsDifference(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> PreviewedDifference {
    throw ActionRefusal(code: .notFound, message: "there is no FleetSet \(fleetSet)")
  }

  func difference(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> PreviewedDifference {
    throw ActionRefusal(code: .notFound, message: "there is no FleetSet \(fleetSet)")
  }
}
