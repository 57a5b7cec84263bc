public import FleetModel

/// What time it is in a set's templates (decision 24).
public enum TemplateTime: Hashable, Sendable {
  /// It is not known: functions of time are errors.
  case unknown
  /// When the commit was made that the target is rendered from, so that the same commits give the same targets.
  case ofCommits
  /// A given instant, for previews.
  case fixed(Instant)
}

/// Finds out what time it is for each target of a set, and notes what is needed for it.
struct TargetMoments {
  /// What time it is for a target.
  enum Moment {
    case at(Instant)
    case unknown
    /// An answer is needed first, which is noted.
    case needed
    /// The text says why.
    case failed(String)
  }

  /// The set's name, which chance is drawn from together with the target's.
  let setName: String
  private let time: TemplateTime
  private let answers: [GeneratorRequest: GeneratorAnswer]
  private(set) var needs: [GeneratorRequest] = []
  private var asked: Set<GeneratorRequest> = []

  init(setName: String, time: TemplateTime, answers: [GeneratorRequest: GeneratorAnswer]) {
    self.setName = setName
    self.time = time
    self.answers = answers
  }

  /// What time it is for a target of a repository, given by name or URL, at a revision.
  mutating func moment(repository: String, revision: Revision) -> Moment {
    switch time {
    case .unknown: return .unknown
    case .fixed(let instant): return .at(instant)
    case .ofCommits: break
    }
    let request = GeneratorRequest.tree(repository: repository, revision: revision)
    switch answers[request] {
    case nil:
      if asked.insert(request).inserted { needs.append(request) }
      return .needed
    case .tree(let tree)?: return tree.committedAt.map(Moment.at) ?? .unknown
    case .failure(let message)?: return .failed(message)
    case .some: return .failed("the answer is of another kind")
    }
  }
}
