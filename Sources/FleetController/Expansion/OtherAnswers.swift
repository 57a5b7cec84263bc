internal import FleetDocuments
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
  let memory: AnswerMemory
  /// The generators, which say how old answers may be.
  let generators: [GeneratorEntry]
  /// How old answers may be at most, whatever the generators say; nil for as they say.
  let oldest: Duration?
  /// What was asked of others, or remembered.
  private(set) var used: [GeneratorRequest] = []
  /// When the first of the answers is too old; nil when none was needed.
  private(set) var staleAfter: Duration?
  /// The failure that says most: of those that somebody must act on the first, else of those that pass the longest.
  private(set) var failure: GeneratorSourceError?

  init(
    source: (any GeneratorSource)?, asker: GeneratorAsker, configMaps: [String: [String: String]] = [:],
    memory: AnswerMemory, generators: [GeneratorEntry], oldest: Duration? = nil
  ) {
    self.source = source
    self.asker = asker
    self.configMaps = configMaps
    self.memory = memory
    self.generators = generators
    self.oldest = oldest
  }

  /// The answers to questions; one that fails is an answer as well.
  ///
  /// - Throws: `CancellationError`.
  mutating func answers(
    to requests: [GeneratorRequest]
  ) async throws(CancellationError) -> [GeneratorRequest: GeneratorAnswer] {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    await withTaskGroup(of: Asked.self) { group in
      var rest = requests[...]
      for request in rest.prefix(Self.concurrency) { group.addTask { [self] in await ask(request) } }
      rest = rest.dropFirst(Self.concurrency)
      while let asked = await group.next() {
        switch asked.result {
        case .success(let answer):
          answers[asked.request] = answer
          note(asked)
        case .failure(let error):
          note(error)
          answers[asked.request] = .failure(error.description)
        }
        if let next = rest.popFirst() { group.addTask { [self] in await ask(next) } }
      }
    }
    if Task.isCancelled || failure?.code == .cancelled { throw CancellationError() }
    return answers
  }

  /// A question with what came of it; the age is nil where nothing gets too old.
  private struct Asked: Sendable {
    var request: GeneratorRequest
    var result: Result<GeneratorAnswer, GeneratorSourceError>
    var age: Duration?
  }

  private func ask(_ request: GeneratorRequest) async -> Asked {
    if case .configMap(let name) = request, let proposed = configMaps[name] {
      return Asked(request: request, result: .success(.configMap(proposed)))
    }
    guard let source else {
      let nobody = GeneratorSourceError(.invalid, "nobody is there to answer generators that ask other programs")
      return Asked(request: request, result: .failure(nobody))
    }
    let asker = asker
    let asked = { @Sendable () async -> Result<GeneratorAnswer, GeneratorSourceError> in
      do throws(GeneratorSourceError) {
        return .success(try await source.answer(request, for: asker))
      } catch {
        return .failure(error)
      }
    }
    // What lies in the store is never old.
    if case .configMap = request { return Asked(request: request, result: await asked()) }
    let lifetime = lifetime(of: request)
    let (result, age) = await memory.answer(
      to: request, for: asker, youngerThan: min(oldest ?? lifetime, lifetime), asking: asked)
    return Asked(request: request, result: result, age: age)
  }

  /// How long an answer is good, as the generators say.
  private func lifetime(of request: GeneratorRequest) -> Duration {
    max(generators.askingInterval(of: request) ?? .zero, AnswerMemory.shortest)
  }

  private mutating func note(_ asked: Asked) {
    guard let age = asked.age else { return }
    used.append(asked.request)
    guard generators.askingInterval(of: asked.request) != nil else { return }
    let left = lifetime(of: asked.request) - age
    staleAfter = min(staleAfter ?? left, left)
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
