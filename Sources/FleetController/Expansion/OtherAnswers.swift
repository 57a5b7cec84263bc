internal import FleetGenerators
internal import FleetModel
internal import FleetPorts

/// Asks other programs what an expansion needs, and remembers what that says about trying again.
struct OtherAnswers {
  /// Questions that are asked at once; each is bounded by who answers it.
  private static let concurrency = 8

  /// Nil where nobody is asked.
  let source: (any GeneratorSource)?
  let asker: GeneratorAsker
  /// ConfigMaps that are only proposed, before those that are stored.
  let configMaps: [String: [String: String]]
  /// The failure that says most: of those that somebody must act on the first, else of those that pass the longest.
  private(set) var failure: GeneratorSourceError?

  init(source: (any GeneratorSource)?, asker: GeneratorAsker, configMaps: [String: [String: String]] = [:]) {
    self.source = source
    self.asker = asker
    self.configMaps = configMaps
  }

  /// The answers to questions; one that fails is an answer as well.
  ///
  /// - Throws: `CancellationError`.
  mutating func answers(
    to requests: [GeneratorRequest]
  ) async throws(CancellationError) -> [GeneratorRequest: GeneratorAnswer] {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    await withTaskGroup(of: (GeneratorRequest, Result<GeneratorAnswer, GeneratorSourceError>).self) { group in
      var rest = requests[...]
      for request in rest.prefix(Self.concurrency) { group.addTask { [self] in (request, await ask(request)) } }
      rest = rest.dropFirst(Self.concurrency)
      while let (request, result) = await group.next() {
        switch result {
        case .success(let answer): answers[request] = answer
        case .failure(let error):
          note(error)
          answers[request] = .failure(error.description)
        }
        if let next = rest.popFirst() { group.addTask { [self] in (next, await ask(next)) } }
      }
    }
    if Task.isCancelled || failure?.code == .cancelled { throw CancellationError() }
    return answers
  }

  private func ask(_ request: GeneratorRequest) async -> Result<GeneratorAnswer, GeneratorSourceError> {
    if case .configMap(let name) = request, let proposed = configMaps[name] { return .success(.configMap(proposed)) }
    guard let source else {
      return .failure(GeneratorSourceError(.invalid, "nobody is there to answer generators that ask other programs"))
    }
    do throws(GeneratorSourceError) {
      return .success(try await source.answer(request, for: asker))
    } catch {
      return .failure(error)
    }
  }

  private mutating func note(_ error: GeneratorSourceError) {
    guard let known = failure else {
      failure = error
      return
    }
    if known.code == .cancelled || (!known.canRetry && error.code != .cancelled) { return }
    if !error.canRetry || (error.retryAfter ?? .zero) > (known.retryAfter ?? .zero) { failure = error }
  }
}

extension GeneratorSourceError {
  /// The reason in a set's condition.
  var reason: String {
    switch code {
    case .unreachable, .timedOut: "GeneratorUnreachable"
    case .rateLimited: "GeneratorRateLimited"
    case .unauthorized, .forbidden, .notAllowed, .credential: "GeneratorNotAllowed"
    case .notFound, .unreadable, .tooLarge, .invalid, .cancelled: "GeneratorFailed"
    }
  }
}
