import FleetModel
import FleetPorts
import Synchronization

/// One question to a provider with all requests that it takes: bounded in number and time.
final class ForgeSession: Sendable {
  let account: ForgeAccount
  private let transport: ForgeTransport
  private let deadline: ContinuousClock.Instant
  private let rest: Mutex<Int>

  init(account: ForgeAccount, transport: ForgeTransport) {
    self.account = account
    self.transport = transport
    deadline = .now + transport.configuration.longestQuestion
    rest = Mutex(transport.configuration.mostRequests)
  }

  /// Sends one request.
  func send(_ request: ForgeRequest) async throws(GeneratorSourceError) -> ForgeReply {
    let isAllowed = rest.withLock { rest in
      rest -= 1
      return rest >= 0
    }
    guard isAllowed else {
      throw GeneratorSourceError(
        .tooLarge,
        "\(account.provider) at \(account.base): more than \(transport.configuration.mostRequests) requests are needed",
        hint: "narrow the generator, for example by topic or project")
    }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else {
      throw GeneratorSourceError(
        .timedOut,
        "\(account.provider) at \(account.base): no whole answer within \(transport.configuration.longestQuestion.text)",
        hint: "narrow the generator, for example by topic or project")
    }
    var request = request
    request.timeout = min(request.timeout, left)
    return try await transport.send(request, as: account)
  }

  /// Reads a list page by page.
  ///
  /// - Parameter read: the elements of a page and what follows; pure.
  func elements<Element>(
    from first: ForgeRequest,
    read: (ForgeRequest, ForgeReply) throws(GeneratorSourceError) -> Page<Element>
  ) async throws(GeneratorSourceError) -> [Element] {
    var elements: [Element] = []
    var request = first
    var seen: Set<String> = []
    while true {
      let mark = request.url.text + String(decoding: request.body ?? [], as: UTF8.self)
      guard seen.insert(mark).inserted else {
        throw GeneratorSourceError(.unreadable, "\(account.provider): the pages of \(first.url) lead in a circle")
      }
      let page: Page<Element>
      do throws(GeneratorSourceError) {
        page = try read(request, try await send(request))
      } catch {
        throw named(error, request)
      }
      elements += page.elements
      guard let next = page.next else { return elements }
      request = next
    }
  }

  /// Reads one answer.
  func value<Value>(
    _ request: ForgeRequest, read: (ForgeReply) throws(GeneratorSourceError) -> Value
  ) async throws(GeneratorSourceError) -> Value {
    do throws(GeneratorSourceError) {
      return try read(try await send(request))
    } catch {
      throw named(error, request)
    }
  }

  /// An error of reading says whose answer it is about.
  private func named(_ error: GeneratorSourceError, _ request: ForgeRequest) -> GeneratorSourceError {
    guard error.code == .unreadable, !error.message.hasPrefix(account.provider) else { return error }
    var error = error
    error.message = "\(account.provider): \(request.method.rawValue) \(request.url): \(error.message)"
    return error
  }
}
