import AsyncHTTPClient
import Crypto
import FleetAPI
import FleetClient
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import HTTPTypes
import Manifest
import Testing

@testable import FleetServer

@Suite("Bundles on their way to agents")
struct AgentBundleTests {
  /// A bundle of many objects that differ in their names.
  static func stored(_ server: ServerFixture, count: Int) async throws -> BundleDraft {
    let objects = (0..<count).map { number in
      let token = FleetModel.Digest.sha256(Array("\(number)".utf8)).hexadecimal
      let text =
        #"{"apiVersion":"v1","data":{"greeting":"\#(token)","motto":"\#(String(repeating: "slow and steady ", count: 40))"},"#
        + #""kind":"ConfigMap","metadata":{"name":"settings-\#(number)","namespace":"shop"}}"#
      return BundleObjectDraft(
        digest: .sha256(Array(text.utf8)), identity: "/ConfigMap/shop/settings-\(number)",
        canonicalJSON: Array(text.utf8))
    }
    let list = objects.map { "\($0.digest.hexadecimal)\n" }.joined()
    let bundle = BundleDraft(digest: .sha256(Array(list.utf8)), objects: objects)
    try await server.store.insertBundles([bundle])
    return bundle
  }

  /// An agent that has joined, by an address of the server's.
  static func connection(_ server: ServerFixture, address: String, client: HTTPClient) async throws -> AgentConnection {
    try await server.apply(ServerFixture.cluster("eu-1"))
    let token = try await server.call(
      Routes.createJoinToken, Routes.createJoinToken.path("default", "eu-1"), JoinTokenRequest()
    ).decode(JoinTokenCreated.self).token
    let key = Curve25519.Signing.PrivateKey()
    let joined = try await AgentConnection.join(
      JoinRequest(
        token: token, publicKey: key.publicKey.rawRepresentation.base64EncodedString(), agentVersion: "1.2.0"),
      controller: address, client: client)
    let connection = AgentConnection(
      controller: address,
      identity: .init(
        cluster: joined.cluster, instance: "one", agentVersion: "1.2.0", facts: { .init() },
        sign: { Array(try key.signature(for: Data($0.utf8))) }),
      client: client)
    _ = try await connection.poll(PollRequest(seen: [:], waitSeconds: 0))
    return connection
  }

  static func withConnection(
    _ body: @escaping @Sendable (ServerFixture, CuttingProxy, AgentConnection) async throws -> Void
  ) async throws {
    try await ServerFixture.with { server in
      let port = try #require(server.url.split(separator: ":").last.flatMap { Int($0) })
      try await CuttingProxy.with(port: port) { proxy, port in
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let outcome: Result<Void, any Error>
        do {
          let connection = try await connection(server, address: "http://127.0.0.1:\(port)", client: client)
          outcome = .success(try await body(server, proxy, connection))
        } catch { outcome = .failure(error) }
        try await client.shutdown()
        try outcome.get()
      }
    }
  }

  @Test("objects travel in gzip, and are what they were")
  func compressed() async throws {
    try await Self.withConnection { server, proxy, connection in
      let bundle = try await Self.stored(server, count: 400)
      let texts = bundle.objects.map { String(decoding: $0.canonicalJSON, as: UTF8.self) }
      let before = proxy.answeredBytes
      let digests = try await connection.bundle(bundle.digest).objects
      #expect(digests == bundle.objects.map(\.digest))
      let answer = try await connection.objects(ObjectsRequest(digests: digests), atMost: 32 << 20)
      #expect(answer.objects == texts)
      let plain = texts.reduce(0) { $0 + $1.utf8.count }
      #expect((proxy.answeredBytes - before) * 5 < plain, "\(proxy.answeredBytes - before) of \(plain) bytes")
    }
  }

  @Test("a link that breaks loses at most the line on its way: the rest alone is asked for again")
  func resumed() async throws {
    try await Self.withConnection { server, proxy, connection in
      let bundle = try await Self.stored(server, count: 400)
      let digests = bundle.objects.map(\.digest)
      proxy.cut(after: 4_000)
      let first = try await connection.objects(ObjectsRequest(digests: digests), atMost: 32 << 20).objects
      #expect((1..<400).contains(first.count), "\(first.count) arrived")
      let rest = Array(digests[first.count...])
      let second = try await connection.objects(ObjectsRequest(digests: rest), atMost: 32 << 20).objects
      #expect((first + second).map { FleetModel.Digest.sha256(Array($0.utf8)) } == digests)
      // Nothing at all is no answer.
      proxy.cut(after: 0)
      await #expect(throws: AgentConnectionError.self) {
        try await connection.objects(ObjectsRequest(digests: digests), atMost: 32 << 20)
      }
    }
  }

  @Test("few bytes that stand for many are not unpacked beyond what a bundle may hold")
  func bomb() async throws {
    try await Self.withConnection { server, proxy, connection in
      let bundle = try await Self.stored(server, count: 400)
      let digests = bundle.objects.map(\.digest)
      let error = await #expect(throws: AnswerTooLong.self) {
        try await connection.objects(ObjectsRequest(digests: digests), atMost: 10_000)
      }
      #expect(error?.limit == 10_400)
    }
    var writer = try GzipWriter()
    let bomb = try writer.add([UInt8](repeating: 0, count: 100 << 20), isLast: true)
    #expect(bomb.count < 200_000)
    var reader = try GzipReader(limit: 1 << 20)
    var error: GzipError?
    do { _ = try reader.read(bomb) } catch let caught { error = caught }
    #expect(error == .tooLong(limit: 1 << 20))
  }

  @Test("who accepts neither gzip nor lines gets one document as it is, and who refuses gzip gets lines as they are")
  func plain() async throws {
    try await ServerFixture.with { server in
      #expect(!GzipAnswers.areAccepted([:]))
      #expect(!GzipAnswers.areAccepted([.acceptEncoding: "br, gzip;q=0"]))
      #expect(GzipAnswers.areAccepted([.acceptEncoding: "br, GZIP;q=0.5"]))
      let small = try Reply.text("short").inGzip()
      #expect(small.headers[.contentEncoding] == nil && small.bytes == Array("short".utf8))
    }
  }

  @Test("gzip that was damaged, cut short or has something behind it is told from one that is whole")
  func damaged() throws {
    let text = Array(String(repeating: "slow and steady ", count: 5_000).utf8)
    var writer = try GzipWriter()
    let whole =
      try writer.add(Array(text.prefix(30_000)), isLast: false)
      + writer.add(Array(text.dropFirst(30_000)), isLast: true)
    for size in [1, 7, 100, whole.count] {
      var reader = try GzipReader(limit: text.count)
      var read: [UInt8] = []
      for start in stride(from: 0, to: whole.count, by: size) {
        read += try reader.read(Array(whole[start..<min(start + size, whole.count)]))
      }
      let isComplete = reader.isComplete
      #expect(read == text && isComplete, "in pieces of \(size)")
    }
    var cut = try GzipReader(limit: text.count)
    _ = try cut.read(Array(whole.dropLast(9)))
    let isComplete = cut.isComplete
    #expect(!isComplete)
    var wrong = whole
    wrong[wrong.count / 2] ^= 0xff
    for bytes in [wrong, whole + [0], Array("no gzip at all".utf8)] {
      var reader = try GzipReader(limit: text.count)
      var error: GzipError?
      do { _ = try reader.read(bytes) } catch let caught { error = caught }
      #expect(error == .damaged)
    }
  }
}
