import AsyncHTTPClient
public import FleetController
public import FleetGenerators
import FleetModel
public import FleetPorts
import KubeClient
public import Logging
import Manifest
import Metrics
public import ServiceLifecycle

/// Reads the resources that `clusterDecisionResource` generators look at, from clusters that are reached by kubeconfig.
///
/// An agent's cluster opens no way in, so that its resources cannot be read.
public struct ClusterDecisions: GeneratorSource, Service {
  private let store: any DocumentStore
  private let access: ClusterAccess
  private let client: HTTPClient
  private let logger: Logger

  /// How long the resources of one generator may take.
  private static let timeLimit = Duration.seconds(30)

  /// Makes a source; `run` or ``shutdown()`` ends its connections.
  ///
  /// - Parameter vault: opens the stored kubeconfigs.
  public init(store: any DocumentStore, vault: CredentialVault, options: PushOptions = PushOptions(), logger: Logger) {
    self.store = store
    self.logger = logger
    client = HTTPTransport.makeClient()
    access = ClusterAccess(vault: vault, client: client, options: options)
  }

  /// Waits for the end of the service, and ends the connections then.
  public func run() async throws {
    try? await gracefulShutdown()
    try await shutdown()
  }

  /// Ends the connections; nothing can be asked afterwards.
  public func shutdown() async throws { try await client.shutdown() }

  /// Reads resources; see ``GeneratorSource/answer(_:for:)``.
  public func answer(
    _ request: GeneratorRequest, for asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> GeneratorAnswer {
    guard case .decisions(let request) = request else {
      throw GeneratorSourceError(.invalid, "this is not a question for a cluster")
    }
    guard !request.cluster.isEmpty else {
      throw GeneratorSourceError(
        .invalid, "the ConfigMap names no cluster that holds the \(request.resource)",
        hint: "add cluster: NAME to its data, of a cluster that was added with a kubeconfig")
    }
    do {
      let found = try await within(Self.timeLimit, request) { try await read(request, asker) }
      count("done")
      return .resources(found)
    } catch let error as GeneratorSourceError {
      count(error.code.rawValue)
      throw error
    } catch {
      let told = Self.told(error, request)
      count(told.code.rawValue)
      throw told
    }
  }

  private func count(_ outcome: String) {
    Counter(
      label: "flotilla_generator_requests_total", dimensions: [("provider", "cluster"), ("outcome", outcome)]
    ).increment()
  }

  private func read(_ request: DecisionRequest, _ asker: GeneratorAsker) async throws -> [Node] {
    let name = ClusterName(request.cluster)
    guard let cluster = try await store.cluster(name, in: asker.project)?.cluster else {
      throw GeneratorSourceError(
        .notFound, "there is no cluster \"\(name)\" in project \(asker.project)",
        hint: "the key cluster of the ConfigMap names it")
    }
    guard case .kubeconfig(let credential) = cluster.connection else {
      throw GeneratorSourceError(
        .notAllowed, "cluster \"\(name)\" is reached by its agent only, so that its \(request.resource) cannot be read",
        hint: "name a cluster that was added with a kubeconfig: flotilla cluster add NAME --kubeconfig FILE")
    }
    let kube = try await access.kube(
      for: PushCluster(
        id: cluster.id, project: cluster.project, name: name, credential: credential, credentialVersion: nil),
      logger: logger)
    let parts = request.apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
    let resource = KubeResource(
      group: parts.count == 2 ? parts[0] : "", version: parts.last ?? "", kind: request.resource,
      plural: request.resource, isNamespaced: true)
    guard request.name.isEmpty else {
      return try await kube.get(resource, namespace: request.namespace, name: request.name).map { [$0] } ?? []
    }
    return try await kube.list(
      resource, namespace: request.namespace, labelSelector: request.labelSelector?.text ?? ""
    ).items
  }

  /// Work that is given up when it takes too long.
  private func within(
    _ limit: Duration, _ request: DecisionRequest, _ work: @escaping @Sendable () async throws -> [Node]
  ) async throws -> [Node] {
    try await withThrowingTaskGroup(of: [Node]?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let found = try await group.next() ?? nil else {
        throw GeneratorSourceError(
          .timedOut, "cluster \"\(request.cluster)\" did not give its \(request.resource) within \(limit.text)",
          retryAfter: .seconds(60))
      }
      return found
    }
  }

  private static func told(_ error: any Error, _ request: DecisionRequest) -> GeneratorSourceError {
    if error is CancellationError || Task.isCancelled { return GeneratorSourceError(.cancelled, "cancelled") }
    let what = "cluster \"\(request.cluster)\": \(request.resource) of \(request.apiVersion) in \(request.namespace)"
    if let error = error as? KubeError, error.status == 404 {
      return GeneratorSourceError(
        .notFound, "\(what): \(error)", hint: "kind is the resource's plural, apiVersion has group and version")
    }
    guard let problem = PushProblem(error) else {
      return GeneratorSourceError(.unreachable, "\(what): \(error)", retryAfter: .seconds(30))
    }
    switch problem.reason {
    case "APIServerUnreachable", "APIServerFailing":
      return GeneratorSourceError(.unreachable, "\(what): \(problem.message)", retryAfter: .seconds(60))
    case "Unauthorized": return GeneratorSourceError(.unauthorized, "\(what): \(problem.message)")
    case "Forbidden":
      return GeneratorSourceError(
        .forbidden, "\(what): \(error)", hint: "give the kubeconfig's user the right to get and list them")
    case "AddressNotAllowed": return GeneratorSourceError(.notAllowed, "\(what): \(problem.message)")
    default: return GeneratorSourceError(.credential, "\(what): \(problem.message)")
    }
  }
}
