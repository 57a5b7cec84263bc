internal import ArgumentParser
internal import FleetModel
internal import KubeClient
internal import Manifest

/// How the site's own cluster is reached: with a kubeconfig, and without the controller.
struct SiteOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The kubeconfig of the cluster (KUBECONFIG, ~/.kube/config).", valueName: "file"),
    completion: .file())
  var kubeconfig: String?

  @Option(help: ArgumentHelp("The context of the kubeconfig; its current one when absent.", valueName: "name"))
  var context: String?

  /// Runs `body` with a client of the cluster.
  func withCluster<Answer>(_ body: (KubeClient) async throws -> Answer) async throws -> Answer {
    let console = Console.current
    let file =
      kubeconfig ?? console.environment("KUBECONFIG").flatMap { $0.isEmpty ? nil : $0 }
      ?? (console.environment("HOME") ?? "") + "/.kube/config"
    do {
      let configuration = try Kubeconfig.load(path: file, context: context)
      return try await KubeClient.with(configuration, fieldManager: "flotilla-site", body)
    } catch let error as KubeError {
      switch error.kind {
      case .configuration: throw CommandFailure.usage(error.message)
      case .status(401), .status(403): throw CommandFailure(.notAllowed, error.description)
      case .status, .noMatch, .unreadable, .connection, .credentials:
        throw CommandFailure(.unreachable, error.description, hint: "is this the cluster's kubeconfig?")
      }
    }
  }

  /// The ConfigMap that the agent reads.
  static let mark = ObjectIdentity(
    group: "", version: "v1", kind: "ConfigMap", namespace: AgentManifest.namespace, name: ClusterHold.Mark.name)
}

/// `flotilla agent hold`
struct AgentHold: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "On a cluster's site: let its agent begin no order for a while.",
    discussion: """
      It leaves a mark in the cluster, which the agent reads, so it works while the controller cannot be reached. An order \
      that has begun ends, and drift is put right as before, unless --leave-drift is given. Rollouts pass the cluster over, \
      and it catches up when the hold ends: by itself, or by flotilla agent release. Holding again changes reason and end.
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "How long from now, for example 2h; the controller's --max-hold is the most.", valueName: "duration"),
    transform: parsedDuration)
  var length: Duration

  @Option(help: ArgumentHelp("Why; everybody who waits for the cluster is shown it.", valueName: "text"))
  var reason: String

  @Option(help: ArgumentHelp("Who asks; the user of this session when absent (USER).", valueName: "name"))
  var by: String?

  @Flag(help: "Leave drift alone too: it is seen and told, and put right when the hold ends.")
  var leaveDrift = false

  @OptionGroup var site: SiteOptions

  func validate() throws {
    guard !reason.filter({ !$0.isWhitespace }).isEmpty else {
      throw ValidationError("--reason is empty: everybody who waits for the cluster is shown it")
    }
    guard length >= .seconds(60) else { throw ValidationError("--for \(length.text): expected 1m or more") }
  }

  func run() async throws {
    let console = Console.current
    let now = console.now()
    let by = by ?? console.environment("USER") ?? "somebody on the site"
    try await site.withCluster { kube in
      let found = try await kube.get(SiteOptions.mark)
      // It lasts from the creation on, by the API server's clock; one that is there already is given more time.
      let created = found?["metadata", "creationTimestamp"]?.string.flatMap { try? parsedInstant($0) }
      let age = created.map { max(.zero, now - $0) } ?? .zero
      let seconds = (age + length).wholeMilliseconds / 1_000
      typealias Mark = ClusterHold.Mark
      var mark: Node = [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": Node(.string(Mark.name)), "namespace": Node(.string(AgentManifest.namespace))],
      ]
      mark["data"] = [
        Mark.length: Node(.string(Duration.seconds(seconds).text)), Mark.reason: Node(.string(reason)),
        Mark.by: Node(.string(by)), Mark.repairs: Node(.string(leaveDrift ? Mark.repairsStop : "continue")),
      ]
      if let version = found?["metadata", "resourceVersion"] {
        mark["metadata"]?["resourceVersion"] = version
        _ = try await kube.replace(mark, as: SiteOptions.mark)
        return
      }
      do { _ = try await kube.create(mark, as: SiteOptions.mark) } catch let error as KubeError
        where error.status == 404
      {
        throw CommandFailure(
          .notFound, "there is no agent in this cluster: it has no namespace \(AgentManifest.namespace)")
      }
    }
    console.output("the agent is held until \((now + length).rfc3339): \(reason)")
    console.progress("what has begun ends; to end the hold: flotilla agent release")
  }
}

/// `flotilla agent release`
struct AgentRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "On a cluster's site: end the hold of its agent.")

  @OptionGroup var site: SiteOptions

  func run() async throws {
    let wasHeld = try await site.withCluster { kube in
      guard let found = try await kube.get(SiteOptions.mark) else { return false }
      try await kube.delete(SiteOptions.mark, uid: found["metadata", "uid"]?.string)
      return true
    }
    Console.current.output(wasHeld ? "the agent is held no longer" : "the agent was not held")
  }
}
