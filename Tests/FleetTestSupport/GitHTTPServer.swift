import FleetPrograms
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Serves the repositories below a folder over HTTP through the real `git http-backend`, on 127.0.0.1.
public struct GitHTTPServer: Sendable {
  /// The server's port.
  public let port: Int

  /// The URL of a repository, by its path below the served folder.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// Runs a closure with a server for the repositories below `folder`.
  ///
  /// - Parameters:
  ///   - user: whom to ask for a password; nil to ask nobody.
  ///   - redirect: where to send every request instead of answering; nil to answer.
  public static func with<Value: Sendable>(
    folder: String, user: (name: String, password: String)? = nil, redirect: String? = nil,
    _ body: @escaping @Sendable (GitHTTPServer) async throws -> Value
  ) async throws -> Value {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let expected = user.map { "Basic " + Data("\($0.name):\($0.password)".utf8).base64EncodedString() }
    let router = Router()
    let answer: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
      if let redirect {
        return Response(status: .movedPermanently, headers: [.location: redirect + request.uri.description])
      }
      if let expected, request.headers[.authorization] != expected {
        return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"git\""])
      }
      return try await backend(request, folder: folder)
    }
    router.get("**", use: answer)
    router.post("**", use: answer)
    var logger = Logger(label: "git-http")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? 0)
        continuation.finish()
      }, logger: logger)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        try await application.run()
        return nil
      }
      group.addTask {
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        return try await body(GitHTTPServer(port: port))
      }
      defer { group.cancelAll() }
      while let value = try await group.next() {
        if let value { return value }
      }
      throw CancellationError()
    }
  }

  /// Runs the CGI program for one request.
  private static func backend(_ request: Request, folder: String) async throws -> Response {
    let body = try await request.body.collect(upTo: 16 << 20)
    var environment = [
      "GIT_PROJECT_ROOT": folder, "GIT_HTTP_EXPORT_ALL": "1", "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": folder, "PATH": ProgramSearch.searchPath().joined(separator: ":"),
      "REQUEST_METHOD": request.method.rawValue, "PATH_INFO": request.uri.path,
      "QUERY_STRING": request.uri.query ?? "", "CONTENT_LENGTH": "\(body.readableBytes)",
    ]
    environment["CONTENT_TYPE"] = request.headers[.contentType]
    environment["HTTP_CONTENT_ENCODING"] = request.headers[.contentEncoding]
    if let name = HTTPField.Name("Git-Protocol") { environment["HTTP_GIT_PROTOCOL"] = request.headers[name] }
    let result = try await Program.run(
      "git", arguments: ["http-backend"], environment: environment, input: Array(body.readableBytesView),
      timeLimit: .seconds(30), outputLimitBytes: 64 << 20)
    return response(result.output)
  }

  /// Reads what a CGI program wrote: header lines, an empty line, the body.
  private static func response(_ output: [UInt8]) -> Response {
    let separator = Array("\r\n\r\n".utf8)
    guard let end = output.indices.first(where: { output[$0...].starts(with: separator) }) else {
      return Response(status: .badGateway)
    }
    var status = HTTPResponse.Status.ok
    var headers = HTTPFields()
    for line in String(decoding: output[..<end], as: UTF8.self).split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if line[..<colon] == "Status" {
        status = HTTPResponse.Status(code: Int(value.prefix(3)) ?? 502)
      } else if let name = HTTPField.Name(String(line[..<colon])) {
        headers[name] = value
      }
    }
    let body = ByteBuffer(bytes: output[(end + separator.count)...])
    return Response(status: status, headers: headers, body: .init(byteBuffer: body))
  }
}
