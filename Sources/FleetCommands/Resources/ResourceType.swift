internal import FleetModel

/// What `get`, `describe`, `delete` and `why` are about; accepted in singular, plural and short form.
enum ResourceType: String, CaseIterable, Sendable {
  case clusters
  case repositories
  case configmaps
  case fleetsets
  case windows
  case freezes
  case analyses
  case limits
  case targets
  case releases
  case rollouts

  /// The singular form, as references show it: `cluster/eu-1`.
  var singular: String {
    switch self {
    case .clusters: "cluster"
    case .repositories: "repository"
    case .configmaps: "configmap"
    case .fleetsets: "fleetset"
    case .windows: "window"
    case .freezes: "freeze"
    case .analyses: "analysis"
    case .limits: "limit"
    case .targets: "target"
    case .releases: "release"
    case .rollouts: "rollout"
    }
  }

  /// Short forms, in the habit of `kubectl`.
  var shortNames: [String] {
    switch self {
    case .clusters: ["cl"]
    case .repositories: ["repo", "repos"]
    case .configmaps: ["cm"]
    case .fleetsets: ["fs"]
    case .windows: ["win"]
    case .freezes: ["fz"]
    case .analyses, .limits: []
    case .targets: ["tg"]
    case .releases: ["rel"]
    case .rollouts: ["ro"]
    }
  }

  /// Every word that means the type.
  var words: [String] { [rawValue, singular] + shortNames }

  /// Reads a type; the error lists the types, with the nearest first.
  init(word: String) throws {
    let lowered = word.lowercased()
    if let type = Self.allCases.first(where: { $0.words.contains(lowered) }) {
      self = type
      return
    }
    let prefixed = lowered.count >= 3 ? Self.allCases.filter { $0.rawValue.hasPrefix(lowered) } : []
    let near =
      prefixed.count == 1
      ? prefixed[0].rawValue : suggestion(for: lowered, among: Self.allCases.flatMap { [$0.rawValue, $0.singular] })
    throw CommandFailure.usage(
      "\"\(word)\" is not a type" + (near.map { "; did you mean \($0)?" } ?? ""),
      hint: "types: " + Self.allCases.map(\.rawValue).joined(separator: ", "))
  }
}

/// `TYPE NAME` or `TYPE/NAME`; a rollout's name is `SET/NUMBER`.
struct ResourceReference: Hashable, Sendable {
  var type: ResourceType
  var name: String

  /// Reads `TYPE/NAME`, or `TYPE` and `NAME` apart.
  init(words: [String]) throws {
    switch words.count {
    case 1:
      let parts = words[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw CommandFailure.usage(
          "\"\(words[0])\" names no object", hint: "expected TYPE/NAME, for example cluster/eu-1 or rollout/web/3")
      }
      self.init(type: try ResourceType(word: parts[0]), name: parts[1])
    case 2: self.init(type: try ResourceType(word: words[0]), name: words[1])
    default: throw CommandFailure.usage("expected TYPE/NAME or TYPE NAME")
    }
  }

  init(type: ResourceType, name: String) {
    self.type = type
    self.name = name
  }
}

/// Which rollout: `SET/NUMBER`, or `SET` for the newest.
struct RolloutReference: Hashable, Sendable, CustomStringConvertible {
  var fleetSet: String
  /// nil for the one that goes on, or else the newest.
  var number: Int?

  /// Reads `SET`, `SET/NUMBER`, and both with `rollout/` in front, as events and tables show them.
  init(_ text: String) throws {
    var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count >= 2, ResourceType.rollouts.words.contains(parts[0]), !(parts.count == 2 && Int(parts[1]) != nil) {
      parts.removeFirst()
    }
    guard let set = parts.first, !set.isEmpty, parts.count <= 2 else { throw Self.refusal(text) }
    fleetSet = set
    if parts.count == 2, parts[1] != "latest" {
      guard let number = Int(parts[1]), number > 0 else { throw Self.refusal(text) }
      self.number = number
    }
  }

  private static func refusal(_ text: String) -> CommandFailure {
    .usage(
      "\"\(text)\" names no rollout", hint: "expected SET/NUMBER, for example web/3, or SET for the one that goes on")
  }

  /// `SET/NUMBER`, or `SET`.
  var description: String { number.map { "\(fleetSet)/\($0)" } ?? fleetSet }
}
