import Manifest

/// What goes wrong in the simulated world, and where. Read from `docs/reference/simulator-scenarios.md`'s YAML.
public struct Scenario: Sendable, Equatable {
  /// One rule: which clusters and workloads it is for, and what it does. The first rule that says something decides.
  public struct Rule: Sendable, Equatable {
    /// Names of clusters, with `*`; empty for all.
    public var clusters: [String] = []
    /// Images, with `*`; empty for all.
    public var images: [String] = []
    /// Kinds that `reject` is for; empty for all.
    public var kinds: [String] = []
    /// How long a Pod takes to become ready, in milliseconds.
    public var startMilliseconds: Int?
    /// Why Pods never become ready.
    public var waiting: Waiting?
    /// After how long a running container crashes, in milliseconds.
    public var crashAfterMilliseconds: Int?
    /// With which code a container crashes.
    public var exitCode: Int?
    /// To how many replicas autoscalers scale, within their bounds.
    public var replicas: Int?
    /// How far the cluster's clock is ahead, in milliseconds; less than 0 when it is behind.
    public var clockMilliseconds: Int?
    /// Whether containers of Jobs end with an error.
    public var fails: Bool?
    /// How long a container of a Job runs, in milliseconds.
    public var runMilliseconds: Int?
    /// How long every answer takes, in milliseconds.
    public var latencyMilliseconds: Int?
    /// Which requests fail.
    public var errors: Errors?
    /// When the cluster cannot be reached.
    public var unreachable: Unreachable?
    /// What a policy says to creations and changes.
    public var reject: Refusal?

    /// A rule that does nothing yet.
    public init() {}
  }

  /// A container that waits for ever.
  public struct Waiting: Sendable, Equatable {
    /// For example `ImagePullBackOff`.
    public var reason: String
    /// The sentence with it.
    public var message: String
  }

  /// Failing answers.
  public struct Errors: Sendable, Equatable {
    /// Of a hundred requests.
    public var percent: Int
    /// 429, 500, 503 …; 0 when the connection breaks without an answer.
    public var code: Int
  }

  /// A time in which nobody answers, counted from the start of the scenario.
  public struct Unreachable: Sendable, Equatable {
    /// From when, in milliseconds.
    public var fromMilliseconds: Int
    /// Until when, in milliseconds; nil for ever.
    public var untilMilliseconds: Int?
    /// Whether requests hang instead of being cut off.
    public var hangs: Bool
  }

  /// A refusal by a policy.
  public struct Refusal: Sendable, Equatable {
    /// 403 or 422.
    public var code: Int
    /// What the policy says.
    public var message: String
    /// The field of a 422.
    public var field: String
  }

  /// The rules in order.
  public var rules: [Rule]
  /// How long Pods usually take to become ready, in milliseconds, before up to a third of jitter.
  public var podStartMilliseconds: Int
  /// How long controllers take to see a change, in milliseconds.
  public var controllerDelayMilliseconds: Int
  /// How long a Pod takes to go, in milliseconds.
  public var podStopMilliseconds: Int

  /// A world in which only images called broken fail.
  public init(
    rules: [Rule] = [], podStartMilliseconds: Int = 300, controllerDelayMilliseconds: Int = 10,
    podStopMilliseconds: Int = 60
  ) {
    self.rules = rules
    self.podStartMilliseconds = podStartMilliseconds
    self.controllerDelayMilliseconds = controllerDelayMilliseconds
    self.podStopMilliseconds = podStopMilliseconds
  }

  /// What happens to a Pod.
  struct PodBehaviour: Sendable {
    var startMilliseconds: Int
    var waiting: Waiting?
    var crashAfterMilliseconds: Int?
    var fails = false
    var exitCode = 1
    var runMilliseconds = 200
  }

  func behaviour(cluster: String, images: [String]) -> PodBehaviour {
    var result = PodBehaviour(startMilliseconds: podStartMilliseconds)
    var isDecided = (start: false, waiting: false, crash: false, fails: false, run: false)
    for rule in rules where Self.matches(rule.clusters, [cluster]) && Self.matches(rule.images, images) {
      if let start = rule.startMilliseconds, !isDecided.start {
        result.startMilliseconds = start
        isDecided.start = true
      }
      if let waiting = rule.waiting, !isDecided.waiting {
        result.waiting = waiting
        isDecided.waiting = true
      }
      if let crash = rule.crashAfterMilliseconds, !isDecided.crash {
        result.crashAfterMilliseconds = crash
        isDecided.crash = true
      }
      if let fails = rule.fails, !isDecided.fails {
        result.fails = fails
        isDecided.fails = true
      }
      if let run = rule.runMilliseconds, !isDecided.run {
        result.runMilliseconds = run
        isDecided.run = true
      }
    }
    if let code = rules.first(where: {
      $0.exitCode != nil && Self.matches($0.clusters, [cluster]) && Self.matches($0.images, images)
    })?.exitCode {
      result.exitCode = code
    }
    if !isDecided.waiting, let image = images.first(where: Self.isBroken) {
      result.waiting = Waiting(
        reason: "ImagePullBackOff",
        message: "Back-off pulling image \"\(image)\": ErrImagePull: manifest for \(image) not found")
    }
    return result
  }

  /// The built-in rule: an image whose tag contains `broken`.
  private static func isBroken(_ image: String) -> Bool {
    let last = image.split(separator: "/").last ?? ""
    guard let colon = last.lastIndex(of: ":") else { return false }
    return last[colon...].contains("broken")
  }

  /// To how many replicas the load of a workload makes autoscalers go; nil for as many as there are.
  func replicas(cluster: String, images: [String]) -> Int? {
    rules.first {
      $0.replicas != nil && Self.matches($0.clusters, [cluster]) && Self.matches($0.images, images)
    }?.replicas
  }

  /// How far a cluster's clock is ahead, in milliseconds.
  func clockMilliseconds(cluster: String) -> Int {
    rules.first { $0.clockMilliseconds != nil && Self.matches($0.clusters, [cluster]) }?.clockMilliseconds ?? 0
  }

  /// What a policy says to an object of a kind that it names; one without kinds is for what users send.
  func refusal(cluster: String, namedKind kind: String, object: Node) -> Refusal? {
    guard rules.contains(where: { $0.kinds.contains(kind) }) else { return nil }
    var named = self
    named.rules = rules.filter { $0.kinds.contains(kind) }
    return named.refusal(cluster: cluster, kind: kind, object: object)
  }

  func refusal(cluster: String, kind: String, object: Node) -> Refusal? {
    guard rules.contains(where: { $0.reject != nil }) else { return nil }
    let template = object["spec", "template", "spec"] ?? object["spec"]
    let images = (template?["containers"]?.array ?? []).compactMap { $0["image"]?.string }
    return rules.first { rule in
      rule.reject != nil && Self.matches(rule.clusters, [cluster]) && Self.matches(rule.images, images)
        && (rule.kinds.isEmpty || rule.kinds.contains(kind))
    }?.reject
  }

  /// What happens to a request before the cluster sees it.
  struct Transport: Sendable {
    var latencyMilliseconds = 0
    var unreachable: Unreachable?
    var errors: Errors?
  }

  func transport(cluster: String, elapsedMilliseconds: Int) -> Transport {
    var result = Transport()
    for rule in rules where rule.images.isEmpty && Self.matches(rule.clusters, [cluster]) {
      if result.latencyMilliseconds == 0 { result.latencyMilliseconds = rule.latencyMilliseconds ?? 0 }
      if result.errors == nil { result.errors = rule.errors }
      if result.unreachable == nil, let window = rule.unreachable, elapsedMilliseconds >= window.fromMilliseconds,
        elapsedMilliseconds < window.untilMilliseconds ?? Int.max
      {
        result.unreachable = window
      }
    }
    return result
  }

  static func matches(_ patterns: [String], _ values: [String]) -> Bool {
    patterns.isEmpty
      || patterns.contains { pattern in values.contains { glob(Array(pattern.utf8)[...], Array($0.utf8)[...]) } }
  }

  /// `*` stands for any text.
  private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      let rest = pattern.dropFirst()
      return glob(rest, text) || (!text.isEmpty && glob(pattern, text.dropFirst()))
    }
    return text.first == first && glob(pattern.dropFirst(), text.dropFirst())
  }
}
