internal import FleetGenerators
internal import FleetModel
internal import FleetPorts
internal import Metrics

/// What other programs answered lately, so that one question is asked once within its generator's interval, however many
/// sets ask it and for however many reasons they are expanded; who asks while the question is under way waits for its
/// answer. Failures are not remembered. Bounded in bytes; the oldest go first.
actor AnswerMemory {
  /// Who may see the same answer: the sets of one project, whose secrets are the same; a plugin is told the set's name.
  private struct Key: Hashable {
    var request: GeneratorRequest
    var project: ProjectName
    var set: String
  }

  private struct Remembered {
    var answer: GeneratorAnswer
    var askedAt: ContinuousClock.Instant
    var sizeBytes: Int
    /// Whether an expansion failed with it, so that somebody may be about to mend it.
    var isDoubtful = false
  }

  private struct Question {
    var task: Task<Result<GeneratorAnswer, GeneratorSourceError>, Never>
    var waiting: Int
  }

  /// An answer that an expansion failed with, or of a set that was changed since, is not good for longer.
  static let shortest = Duration.seconds(5)

  private let limitBytes: Int
  private var answers: [Key: Remembered] = [:]
  private var order: [Key] = []
  private var questions: [Key: Question] = [:]
  private var sizeBytes = 0

  init(limitBytes: Int = 64 << 20) { self.limitBytes = limitBytes }

  /// Who waits for an answer now.
  var waiting: Int { questions.values.reduce(0) { $0 + $1.waiting } }

  /// An answer that is remembered, or what `ask` gets.
  ///
  /// - Parameters:
  ///   - lifetime: how old an answer may be.
  ///   - now: the time, monotonic.
  /// - Returns: the answer with its age.
  func answer(
    to request: GeneratorRequest, for asker: GeneratorAsker, youngerThan lifetime: Duration,
    at now: ContinuousClock.Instant = .now,
    asking ask: @escaping @Sendable () async -> Result<GeneratorAnswer, GeneratorSourceError>
  ) async -> (result: Result<GeneratorAnswer, GeneratorSourceError>, age: Duration) {
    let key = Self.key(request, asker)
    if let known = answers[key] {
      let age = known.askedAt.duration(to: now)
      // A set is due again when its answers are as old as that, by another clock.
      let most = known.isDoubtful ? min(lifetime, Self.shortest) : lifetime
      if age < most - min(.seconds(1), most / 10) {
        Self.count("remembered")
        return (.success(known.answer), age)
      }
    }
    while true {
      let isShared = questions[key] != nil
      let result = await wait(key, at: now, ask)
      if case .failure(let error) = result, error.code == .cancelled, isShared, !Task.isCancelled {
        // Whoever asked gave up just then.
        continue
      }
      Self.count(isShared ? "shared" : "asked")
      return (result, .zero)
    }
  }

  /// Notes that an expansion failed with these answers.
  func doubt(_ requests: [GeneratorRequest], of asker: GeneratorAsker) {
    for request in requests { answers[Self.key(request, asker)]?.isDoubtful = true }
  }

  private func wait(
    _ key: Key, at now: ContinuousClock.Instant,
    _ ask: @escaping @Sendable () async -> Result<GeneratorAnswer, GeneratorSourceError>
  ) async -> Result<GeneratorAnswer, GeneratorSourceError> {
    var question = questions[key] ?? Question(task: Task { await ask() }, waiting: 0)
    question.waiting += 1
    questions[key] = question
    let task = question.task
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      Task { await leave(key, task) }
    }
    if questions[key]?.task == task {
      questions[key] = nil
      if case .success(let answer) = result { remember(answer, for: key, at: now) }
    }
    return result
  }

  /// The last one to give up cancels the question.
  private func leave(_ key: Key, _ task: Task<Result<GeneratorAnswer, GeneratorSourceError>, Never>) {
    guard questions[key]?.task == task else { return }
    questions[key]?.waiting -= 1
    if questions[key]?.waiting == 0 { task.cancel() }
  }

  /// An answer is as old as its question.
  private func remember(_ answer: GeneratorAnswer, for key: Key, at now: ContinuousClock.Instant) {
    forget(key)
    let size = answer.sizeBytes
    guard size <= limitBytes / 4 else { return }
    answers[key] = Remembered(answer: answer, askedAt: now, sizeBytes: size)
    order.append(key)
    sizeBytes += size
    while sizeBytes > limitBytes, let oldest = order.first { forget(oldest) }
  }

  private func forget(_ key: Key) {
    guard let gone = answers.removeValue(forKey: key) else { return }
    order.removeAll { $0 == key }
    sizeBytes -= gone.sizeBytes
  }

  private static func key(_ request: GeneratorRequest, _ asker: GeneratorAsker) -> Key {
    if case .plugin = request { return Key(request: request, project: asker.project, set: asker.set) }
    return Key(request: request, project: asker.project, set: "")
  }

  private static func count(_ outcome: String) {
    Counter(label: "flotilla_generator_answers_total", dimensions: [("from", outcome)]).increment()
  }
}

extension GeneratorAnswer {
  /// About how much memory it takes.
  fileprivate var sizeBytes: Int {
    switch self {
    case .body(let bytes): 200 + bytes.count
    case .repositories(let all): 200 + all.count * 500
    case .pullRequests(let all): 200 + all.count * 500
    case .resources(let all): 200 + all.count * 4_000
    case .configMap, .exists, .repositoryNotFound, .failure, .tree: 500
    }
  }
}
