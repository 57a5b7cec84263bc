/// How a controller reaches clusters by kubeconfig, and how much that may cost.
public struct PushOptions: Sendable {
  /// How many clusters this controller takes at most; 0 for none.
  public var limit = 250
  /// Whether API servers may lie on this machine's own addresses.
  public var allowsLoopback = false
  /// How often claims are looked at: what was added, removed, changed or left by another controller.
  public var claimInterval: Duration = .seconds(2)
  /// How often an API server that answers is asked whether it still does.
  public var checkInterval: Duration = .seconds(10)
  /// How long after a check that failed the next one comes.
  public var retryInterval: Duration = .seconds(2)
  /// How long a check may take.
  public var checkTimeout: Duration = .seconds(5)
  /// So many checks in a row that fail end the contact.
  public var failedChecks = 3
  /// The longest wait before a cluster that is not reached is tried again.
  public var longestBackoff: Duration = .seconds(30)
  /// How long an agent waits for orders before it asks anew: the timer that is the truth when a signal was lost.
  public var pollWait: Duration = .seconds(15)
  /// Requests to one API server at once, apart from watches and the check.
  public var requestsPerCluster = 4

  /// Makes the default options.
  public init() {}
}
