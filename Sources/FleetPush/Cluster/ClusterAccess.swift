import AsyncHTTPClient
import FleetController
import FleetModel
import FleetPorts
import KubeClient
import Logging

/// Makes a client of a cluster from its stored kubeconfig.
struct ClusterAccess: Sendable {
  let vault: CredentialVault
  let client: HTTPClient
  let options: PushOptions

  /// A client for a cluster.
  ///
  /// - Throws: a ``PushProblem``, or what makes one; `StoreError` when the database is away.
  func kube(for cluster: PushCluster, logger: Logger) async throws -> KubeClient {
    let name = cluster.credential
    let configuration: KubeConfiguration
    switch try await vault.credential(name, in: cluster.project) {
    case .kubeconfig(let text):
      // It may name no file and run no program: this machine's files are not the document's (AMENDMENTS 27).
      configuration = try Kubeconfig.read(Array(text.utf8), file: "credential \(name)")
    case nil:
      throw PushProblem(
        "CredentialMissing",
        "there is no credential \"\(name)\"; store it with: flotilla credential set \(name) --kubeconfig FILE")
    case .some:
      throw PushProblem(
        "CredentialMissing",
        "credential \"\(name)\" is no kubeconfig; store one with: flotilla credential set \(name) --kubeconfig FILE")
    }
    try checkAddress(configuration)
    return KubeClient(
      transport: try HTTPTransport(configuration, client: client),
      limits: RequestLimits(concurrentRequests: options.requestsPerCluster),
      logger: logger)
  }

  private func checkAddress(_ configuration: KubeConfiguration) throws(PushProblem) {
    let host = Self.host(of: configuration.displayServer)
    if HostAddress.isLinkLocal(host) {
      throw PushProblem("AddressNotAllowed", "the API server's address is link-local, which is not allowed")
    }
    if !options.allowsLoopback, HostAddress.isLoopback(host) {
      throw PushProblem(
        "AddressNotAllowed",
        "the API server's address is the controller's own machine, which is not allowed without --allow-loopback")
    }
  }

  /// The host of `https://host:port/path`, IPv6 addresses without brackets.
  static func host(of server: String) -> String {
    let start = server.firstRange(of: "://")?.upperBound ?? server.startIndex
    let authority = server[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return String(authority.hostAndRest.host)
  }
}
