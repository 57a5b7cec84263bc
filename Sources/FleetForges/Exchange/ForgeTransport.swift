import AsyncHTTPClient
import FleetModel
import FleetPorts
import FoundationEssentials
import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// Sends requests over HTTP: checks where they go, waits for no server that asked for patience, follows a repository that
/// moved on the same server, asks again only for what changed.
struct ForgeTransport: Sendable {
  let client: HTTPClient
  let configuration: ForgeConfiguration
  let gate = HostGate()
  let cache = ReplyCache()
  let logger: Logger

  private static let mostRedirects = 3

  /// Sends a request.
  ///
  /// - Throws: for every answer that is none: failures, limits, other servers. Statuses that the request accepts are
  ///   returned.
  func send(_ request: ForgeRequest, as account: ForgeAccount) async throws(GeneratorSourceError) -> ForgeReply {
    var request = request
    for _ in 0...Self.mostRedirects {
      let reply = try await exchange(request, account)
      guard [301, 302, 307, 308].contains(reply.status) else { return try checked(reply, request, account) }
      request = try redirected(request, reply, account)
    }
    throw GeneratorSourceError(
      .unreadable, "\(account.provider): \(request.url) leads from one address to the next",
      hint: "check api and the names")
  }

  /// One exchange, through the gate.
  private func exchange(
    _ request: ForgeRequest, _ account: ForgeAccount
  ) async throws(GeneratorSourceError) -> ForgeReply {
    try checkAddress(request.url, account)
    let gate = request.isMeasurement ? nil : gate
    try gate?.enter(account.key)
    let reply: ForgeReply
    do {
      reply = try await execute(request, account)
    } catch {
      count(account, error.code.rawValue)
      if error.code == .cancelled || error.code == .tooLarge {
        gate?.leave(account.key)
        throw error
      }
      throw gate?.fail(account.key, error, chance: Double.random(in: 0...1)) ?? error
    }
    count(account, "\(reply.status)")
    if let pause = RateLimit.pause(after: reply, now: Self.now()) {
      throw limited(reply, request, account, pause, gate)
    }
    if reply.status >= 500 {
      let error = failure(.unreachable, reply, request, account)
      throw gate?.fail(account.key, error, chance: Double.random(in: 0...1)) ?? error
    }
    gate?.succeed(account.key)
    return reply
  }

  private func limited(
    _ reply: ForgeReply, _ request: ForgeRequest, _ account: ForgeAccount, _ pause: Duration, _ gate: HostGate?
  ) -> GeneratorSourceError {
    Counter(label: "flotilla_generator_rate_limits_total", dimensions: [("provider", account.kind)]).increment()
    let hint =
      account.credential.isEmpty
      ? "it is asked again when the limit ends; a token has a higher one" : "it is asked again when the limit ends"
    var error = failure(.rateLimited, reply, request, account, hint: hint)
    gate?.pause(account.key, error, for: pause)
    error.retryAfter = pause
    return error
  }

  private func count(_ account: ForgeAccount, _ outcome: String) {
    Counter(
      label: "flotilla_generator_requests_total", dimensions: [("provider", account.kind), ("outcome", outcome)]
    ).increment()
  }

  // MARK: What an answer means

  private func checked(
    _ reply: ForgeReply, _ request: ForgeRequest, _ account: ForgeAccount
  ) throws(GeneratorSourceError) -> ForgeReply {
    if (200..<300).contains(reply.status) || request.accepted.contains(reply.status) { return reply }
    let store = "flotilla credential set \(account.credential.isEmpty ? "NAME" : account.credential)"
    switch reply.status {
    case 401:
      throw failure(
        .unauthorized, reply, request, account,
        hint: account.credential.isEmpty
          ? "it wants a token: store one and refer to it" : "store another token: \(store)")
    case 403:
      throw failure(
        .forbidden, reply, request, account,
        hint: "the token may not read this; give it the right, or store another one: \(store)")
    case 404, 410:
      throw failure(
        .notFound, reply, request, account,
        hint: "check the names; what a token may not see is often told to be missing")
    default: throw failure(.unreadable, reply, request, account, hint: "check api and the fields of the generator")
    }
  }

  private func failure(
    _ code: GeneratorSourceError.Code, _ reply: ForgeReply, _ request: ForgeRequest, _ account: ForgeAccount,
    hint: String = ""
  ) -> GeneratorSourceError {
    var words = reply.words
    // A server may send back what it was sent.
    for secret in account.authorization.secrets where secret.count >= 6 { words = words.replacing(secret, with: "…") }
    let said = words.isEmpty ? "" : ": \(words)"
    return GeneratorSourceError(
      code, "\(account.provider) answered \(request.method.rawValue) \(request.url) with \(reply.status)\(said)",
      hint: hint)
  }

  // MARK: Where a request may go

  private func checkAddress(_ url: ForgeURL, _ account: ForgeAccount) throws(GeneratorSourceError) {
    guard url.isSameOrigin(as: account.base) else {
      throw GeneratorSourceError(
        .notAllowed, "\(account.provider) at \(account.base.origin) leads to \(url.origin), which is not asked",
        hint: "if it moved there, change the generator")
    }
    if HostAddress.isLinkLocal(url.host) {
      throw GeneratorSourceError(
        .notAllowed, "\(account.provider): \(url.origin) is a link-local address, which is not allowed",
        hint: "link-local addresses serve the machine's own metadata")
    }
    if !configuration.allowsLoopback, HostAddress.isLoopback(url.host) {
      throw GeneratorSourceError(
        .notAllowed, "\(account.provider): \(url.origin) is the controller's own machine, which is not allowed",
        hint: "name it by another address, or start the controller with --allow-loopback")
    }
  }

  /// Where a moved repository is: only reading follows, and only on the same server, so that no token goes elsewhere.
  private func redirected(
    _ request: ForgeRequest, _ reply: ForgeReply, _ account: ForgeAccount
  ) throws(GeneratorSourceError) -> ForgeRequest {
    guard request.method == .get, let location = reply.headers["location"] else {
      throw failure(.notAllowed, reply, request, account, hint: "redirects of this request are not followed")
    }
    let url = try request.url.resolving(location)
    try checkAddress(url, account)
    return request.at(url)
  }

  // MARK: HTTP

  private func execute(
    _ request: ForgeRequest, _ account: ForgeAccount
  ) async throws(GeneratorSourceError) -> ForgeReply {
    var url = request.url
    if let other = configuration.replacedOrigins[url.origin] { url = try ForgeURL(other + url.target) }
    var message = HTTPClientRequest(url: url.text)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    message.headers.add(name: "user-agent", value: "flotilla")
    for header in request.headers { message.headers.add(name: header.name, value: header.value) }
    for header in account.authorization.headers(for: request, now: Self.now()) {
      message.headers.add(name: header.name, value: header.value)
    }
    let key = ReplyCache.Key(account: account.key, url: request.url)
    let known = request.method == .get ? cache.reply(for: key) : nil
    if let tag = known?.headers["etag"] { message.headers.add(name: "if-none-match", value: tag) }
    if let body = request.body { message.body = .bytes(body) }
    message.tlsConfiguration = account.tls
    do {
      let answer = try await client.execute(message, timeout: .milliseconds(request.timeout.wholeMilliseconds))
      let body = try await answer.body.collect(upTo: configuration.largestAnswer)
      var headers: [String: String] = [:]
      for (name, value) in answer.headers {
        headers[name.lowercased(), default: ""] += headers[name.lowercased()] == nil ? value : ", \(value)"
      }
      if answer.status.code == 304, let known { return known }
      let reply = ForgeReply(status: Int(answer.status.code), headers: headers, body: Array(body.readableBytesView))
      if reply.status == 200, request.method == .get { cache.store(reply, for: key) }
      return reply
    } catch {
      throw Self.unanswered(error, request, account, configuration)
    }
  }

  private static func unanswered(
    _ error: any Error, _ request: ForgeRequest, _ account: ForgeAccount, _ configuration: ForgeConfiguration
  ) -> GeneratorSourceError {
    if let error = error as? GeneratorSourceError { return error }
    if error is CancellationError || Task.isCancelled { return GeneratorSourceError(.cancelled, "cancelled") }
    let asked = "\(account.provider): \(request.method.rawValue) \(request.url)"
    if error is NIOTooManyBytesError {
      return GeneratorSourceError(
        .tooLarge,
        "\(asked): the answer is larger than \(configuration.largestAnswer >> 20) MiB, which is the most that is read")
    }
    switch error as? HTTPClientError {
    case .deadlineExceeded?, .readTimeout?, .connectTimeout?, .getConnectionFromPoolTimeout?, .tlsHandshakeTimeout?:
      return GeneratorSourceError(
        .timedOut, "\(asked): no answer within \(request.timeout.text)",
        hint: "is the server reached from the controller?")
    default:
      return GeneratorSourceError(
        .unreachable, "\(asked): \(readable("\(error)"))",
        hint: "is the server reached from the controller, and its certificate known (caRef)?")
    }
  }

  /// Seconds since 1970, for signatures and reset times.
  private static func now() -> Int64 { Int64(Date.now.timeIntervalSince1970) }
}
