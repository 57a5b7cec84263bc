public import FleetModel

/// What the measurements of one gate of a stage have come to (R20); kept on the stage.
public struct CheckRecord: Hashable, Sendable, Codable {
  /// Which of the stage's lists of gates it is in.
  public enum List: String, Hashable, Sendable, Codable {
    case before, after
  }

  /// Which of the stage's lists of gates it is in.
  public var list: List
  /// The place in that list, from 0.
  public var place: Int
  /// What it is, for people.
  public var title: String
  /// How many measurements there were.
  public var measured = 0
  /// How many passed.
  public var passes = 0
  /// How many failed.
  public var failures = 0
  /// How many in a row, up to now, had no data or ended in an error.
  public var troubles = 0
  /// The last one.
  public var last: CheckAnswer?
  /// When that was.
  public var lastAt: Instant?
  /// When the next is due.
  public var nextAt: Instant
  /// What it has come to; nil while it is still measured.
  public var verdict: CheckVerdict?
  /// Whether that stops the run as a failure; else it halts for a person.
  public var isFailure = false
  /// Who goes on without it; empty for nobody.
  public var waivedBy = ""

  /// Makes a record of nothing measured yet.
  public init(list: List, place: Int, title: String, nextAt: Instant) {
    self.list = list
    self.place = place
    self.title = title
    self.nextAt = nextAt
  }

  /// Whether the gate is met.
  public var isMet: Bool { verdict == .pass || !waivedBy.isEmpty }

  /// Whether it is still measured.
  public var isOpen: Bool { verdict == nil && waivedBy.isEmpty }

  /// Whether it keeps the run from going on until somebody acts.
  public var stops: Bool { !isOpen && !isMet }

  /// Takes in a measurement.
  mutating func take(_ answer: CheckAnswer, rule: CheckRule, at now: Instant) {
    measured += 1
    last = answer
    lastAt = now
    nextAt = now + rule.interval
    switch answer.verdict {
    case .pass: passes += 1
    case .fail: failures += 1
    case .inconclusive, .noData, .error: break
    }
    troubles = answer.verdict == .noData || answer.verdict == .error ? troubles + 1 : 0
    if passes >= rule.count { verdict = .pass }
    if failures > rule.failures { (verdict, isFailure) = (.fail, true) }
    let isTrouble = answer.verdict == .inconclusive || troubles > rule.retries
    let consequence = rule.consequence(of: answer.verdict)
    if isTrouble, consequence != .wait { (verdict, isFailure) = (answer.verdict, consequence == .fail) }
  }
}

/// A measurement that is due.
public struct CheckRequest: Hashable, Sendable {
  /// The stage.
  public var stage: Int
  /// Which of its lists.
  public var list: CheckRecord.List
  /// The place in that list.
  public var place: Int
  /// What is to be measured.
  public var gate: Gate
  /// How many measurements there were before.
  public var measured: Int
  /// What it is about.
  public var values: [CheckPlaceholder: String]
}

/// A measurement that was made.
public struct CheckMeasurement: Hashable, Sendable, CustomStringConvertible {
  /// What was asked.
  public var request: CheckRequest
  /// What was found.
  public var answer: CheckAnswer

  /// Makes a measurement.
  public init(request: CheckRequest, answer: CheckAnswer) {
    self.request = request
    self.answer = answer
  }

  /// What was found, the same in every process: it is part of logs and of a simulated world's trace.
  public var description: String { "\(request.gate.title) #\(request.measured + 1): \(answer.verdict.rawValue)" }
}

/// The measurements that are due now, and when the next ones are; a run that stands still is not measured.
public func dueChecks(_ input: PlanInput) -> (due: [CheckRequest], next: Instant?) {
  let run = input.run
  guard run.state == .running || run.state == .paused, run.breach == nil else { return ([], nil) }
  var due: [CheckRequest] = []
  var next: Instant?
  for stage in input.stages where stage.state == .gated || stage.state == .soaking {
    let list: CheckRecord.List = stage.state == .gated ? .before : .after
    for record in stage.checks where record.list == list && record.isOpen {
      guard let gate = stage.gate(of: record) else { continue }
      guard record.nextAt <= input.now else {
        next = min(next ?? record.nextAt, record.nextAt)
        continue
      }
      due.append(
        CheckRequest(
          stage: stage.index, list: list, place: record.place, gate: gate, measured: record.measured,
          values: [
            .project: run.project.rawValue, .fleetSet: run.fleetSet.rawValue, .rollout: run.displayName,
            .stage: stage.name, .release: run.releaseName,
          ]))
    }
  }
  return (due, next)
}

extension Stage {
  /// The gates of a list.
  func gates(_ list: CheckRecord.List) -> [Gate] { list == .before ? rules.before : rules.after }

  /// The gate that a record is about.
  func gate(of record: CheckRecord) -> Gate? {
    let gates = gates(record.list)
    return gates.indices.contains(record.place) ? gates[record.place] : nil
  }

  /// Where the record of a gate is; nil before it is measured.
  func checkPlace(_ list: CheckRecord.List, _ place: Int) -> Int? {
    checks.firstIndex { $0.list == list && $0.place == place }
  }

  /// Whether something is to be measured for it.
  public var hasOpenChecks: Bool { checks.contains(where: \.isOpen) }
}
