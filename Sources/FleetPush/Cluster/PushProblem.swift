import FleetController
import FleetPorts
import KubeClient

/// Why a cluster is not reached, as its condition says it. Holds no credentials.
struct PushProblem: Error, Hashable {
  /// One UpperCamelCase word.
  var reason: String
  /// For people, with what to do.
  var message: String

  init(_ reason: String, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// What an error means for the cluster; nil for one that is not the cluster's: the database is away, the claim lapsed,
  /// the work was cancelled.
  init?(_ error: any Error) {
    switch error {
    case let problem as PushProblem: self = problem
    case let error as SecretError: self.init("CredentialUnreadable", error.description)
    case let error as KubeError: self.init(error)
    case let error as StoreError where error.code == .conflict: self.init("AgentElsewhere", error.message)
    default: return nil
    }
  }

  private init(_ error: KubeError) {
    switch error.kind {
    case .configuration: self.init("KubeconfigInvalid", error.description)
    case .credentials: self.init("Unauthorized", error.description)
    case .connection: self.init("APIServerUnreachable", error.description)
    case .status(401):
      self.init(
        "Unauthorized",
        "the API server does not know the kubeconfig's user (\(error)): store another one with flotilla credential set")
    case .status(403):
      self.init("Forbidden", "the kubeconfig's user may not read what the agent needs: \(error)")
    case .status, .noMatch, .unreadable:
      self.init("APIServerFailing", "the API server does not answer as it should: \(error.explanation)")
    }
  }
}
