import FleetModel
import FleetPorts

/// What registries answered lately: they are asked for a range at most once in a repository's poll interval, however often
/// sets are expanded.
actor RegistryMemory {
  /// A question.
  struct Key: Hashable {
    var folder: String
    var chart: String
    var wish: ChartWish
  }

  /// The answer.
  struct Answer {
    var version: ChartVersion
    var archive: CommitID
    var askedAt: ContinuousClock.Instant
  }

  /// So many answers are kept; those given longest ago go first.
  private let limit = 10_000
  private var answers: [Key: Answer] = [:]

  /// The last answer, however old.
  func answer(to key: Key) -> Answer? { answers[key] }

  /// Keeps an answer.
  func keep(_ answer: Answer, to key: Key) {
    answers[key] = answer
    if answers.count > limit, let oldest = answers.min(by: { $0.value.askedAt < $1.value.askedAt }) {
      answers[oldest.key] = nil
    }
  }
}
