public import Manifest

/// What a dry run of one object told.
public enum DryRunAnswer: Hashable, Sendable {
  /// The server would take it; with what was found of an object that is there already and was not ours, or that it would
  /// create one.
  case accepted(Adoption?, isCreated: Bool = false)
  /// It would not, or did not answer.
  case refused(WriteFailure)
}

/// The dry run of all objects of an order, before the first is written: a refusal of one refuses them all, with every
/// reason.
public struct Preflight: Sendable {
  /// Not answered for good.
  private(set) var waiting: Set<ObjectIdentity> = []
  /// To be asked again.
  private(set) var retries: [ObjectIdentity: TargetMachine.Retry] = [:]
  /// What cannot be checked before the order has brought its namespace or its kind.
  public private(set) var deferred: Set<ObjectIdentity> = []
  /// What is not there yet.
  private(set) var absent: Set<ObjectIdentity> = []
  private var reasons: [ObjectIdentity: String] = [:]
  private let objects: [ObjectIdentity: SyncObject]
  /// The namespaces and kinds that the order itself brings.
  private let namespaces: Set<String>
  private let kinds: Set<String>

  /// Begins: all of `checked` have to be asked about.
  ///
  /// - Parameter all: the order's objects.
  public init(of checked: [SyncObject], among all: [SyncObject]) {
    objects = Dictionary(checked.map { ($0.identity, $0) }) { first, _ in first }
    waiting = Set(objects.keys)
    namespaces = Set(all.map(\.identity).filter { $0.group.isEmpty && $0.kind == "Namespace" }.map(\.name))
    kinds = Set(
      all.filter(\.identity.isDefinition).map { object in
        let spec = object.document["spec"]
        return "\(spec?["group"]?.string ?? "")/\(spec?["names", "kind"]?.string ?? "")"
      })
  }

  var isDone: Bool { waiting.isEmpty }

  /// Every reason against the order; nil when there is none.
  var refusal: String? {
    guard !reasons.isEmpty else { return nil }
    let lines = reasons.keys.sorted().prefix(50).map { "\($0.display): \(reasons[$0] ?? "")" }
    let more = reasons.count > lines.count ? ["\(reasons.count - lines.count) more"] : []
    let count = reasons.count == 1 ? "" : "\(reasons.count) objects are refused: "
    return count + (lines + more).joined(separator: "; ")
  }

  /// Takes an answer.
  ///
  /// - Parameter now: the time on the clock that measures patience.
  public mutating func answer(_ identity: ObjectIdentity, _ answer: DryRunAnswer, now: Duration) {
    guard waiting.contains(identity), let object = objects[identity] else { return }
    switch answer {
    case .accepted(let adoption, let isCreated):
      if isCreated { absent.insert(identity) }
      reasons[identity] = adoption?.refusal(object.options)
      settle(identity)
    case .refused(let failure):
      // A webhook that cannot tell a trial from a write is only asked by the write.
      if failure.message.contains("does not support dry run") { return settle(identity) }
      if isToCome(object, failure) {
        deferred.insert(identity)
        return settle(identity)
      }
      var retry = retries[identity] ?? TargetMachine.Retry(attempt: 0, firstFailure: now, message: "")
      guard failure.verdict(elapsed: now - retry.firstFailure) == .retried else {
        reasons[identity] = failure.advice
        return settle(identity)
      }
      retry.attempt += 1
      retry.message = failure.message
      retry.due = now + retryDelay(attempt: retry.attempt, key: identity.text, retryAfter: failure.retryAfter)
      retries[identity] = retry
    }
  }

  private mutating func settle(_ identity: ObjectIdentity) {
    waiting.remove(identity)
    retries[identity] = nil
  }

  private func isToCome(_ object: SyncObject, _ failure: WriteFailure) -> Bool {
    switch failure.cause {
    case .noMatch: object.options.maySkipDryRun || kinds.contains("\(object.identity.group)/\(object.identity.kind)")
    case .namespaceAbsent: namespaces.contains(object.identity.namespace)
    default: false
    }
  }

  /// What is to be asked again now.
  mutating func due(now: Duration) -> [SyncObject] {
    let identities = retries.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
    for identity in identities { retries[identity]?.due = nil }
    return identities.compactMap { objects[$0] }
  }
}

extension Adoption {
  /// Why the object is not taken over; nil when it may be.
  func refusal(_ options: SyncOptions) -> String? {
    guard keeper != nil, options.failsWhenShared else { return nil }
    return "would be taken over \(text); FailOnSharedResource=true forbids it"
  }
}
