import ArgumentParser
import AsyncHTTPClient
import FleetAgent
import FleetModel
import FleetPrograms
import Foundation
import KubeClient
import Logging
import Manifest
import Synchronization

/// What an order costs at one API server, side by side with `kubectl` on the same objects, and how soon drift is seen.
struct ApplyBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Measure an agent's applies beside those of kubectl, and how soon it sees drift.",
    discussion: """
      Needs two clusters for each round, of `flotilla-sim serve --clusters N`. An agent works in this process, over HTTP
      to the API server, with its Lease; an apply ends when it reports it. kubectl is a process, which does not read the
      schema of the API server to check the objects. It goes first in every other round.
      """)

  @Option(help: "The folder with a kubeconfig for each cluster.")
  var kubeconfigDir: String
  @Option(help: "The program kubectl; without it only agents are measured.")
  var kubectl: String?
  @Option(help: "How many objects.")
  var objects = 500
  @Option(help: "How many rounds, after one that is not counted.")
  var times = 7
  @Option(help: "How often drift is made in the last round.")
  var drifts = 50

  func run() async throws {
    let documents = BenchedObjects.documents(objects)
    let names = try FileManager.default.contentsOfDirectory(atPath: kubeconfigDir)
      .filter { $0 != "all" && $0 != "simulator-token" && !$0.hasPrefix(".") }.sorted()
    guard names.count >= 2 * (times + 1) else {
      throw ValidationError("--kubeconfig-dir: \(times) rounds need \(2 * (times + 1)) clusters, not \(names.count)")
    }
    let folder = NSTemporaryDirectory() + "flotilla-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let list: Node = ["apiVersion": "v1", "kind": "List", "items": Node(.array(documents))]
    try Data(JSON.bytes(list)).write(to: URL(fileURLWithPath: folder + "/objects.json"))
    let client = HTTPTransport.makeClient()
    do {
      try await measure(documents, names, folder: folder, client)
    } catch {
      try await client.shutdown()
      throw error
    }
    try await client.shutdown()
  }

  private func measure(_ documents: [Node], _ names: [String], folder: String, _ client: HTTPClient) async throws {
    var (first, again) = (Figure("agent: apply"), Figure("agent: the same again"))
    var (peer, peerAgain) = (Figure("kubectl apply --server-side"), Figure("kubectl: the same again"))
    var (seen, repaired) = (Figure("agent: drift seen"), Figure("agent: drift put right"))
    for round in 0...times {
      let (mine, theirs) = (names[2 * round], names[2 * round + 1])
      let isLast = round == times
      for isPeer in round.isMultiple(of: 2) ? [true, false] : [false, true] {
        if isPeer {
          guard let kubectl else { continue }
          let (new, same) = try await peerTimes(kubectl, cluster: theirs, folder: folder, client)
          guard round > 0 else { continue }
          peer.add(new)
          peerAgain.add(same)
        } else {
          let times = try await agentTimes(documents, cluster: mine, drifts: isLast ? drifts : 0, client)
          guard round > 0 else { continue }
          first.add(times.new)
          again.add(times.same)
          for (sight, repair) in times.drifts {
            seen.add(sight)
            repaired.add(repair)
          }
        }
      }
    }
    Figure.writeHeader()
    for var figure in [first, peer, again, peerAgain] where !figure.wall.isEmpty {
      figure.counted = "\(objects) objects"
      figure.write()
    }
    for figure in [seen, repaired] where !figure.wall.isEmpty { figure.write() }
    if !peer.wall.isEmpty {
      for (what, ours, theirs) in [("apply", first, peer), ("the same again", again, peerAgain)] {
        let ratio = theirs.percentile(0.5) / ours.percentile(0.5)
        print("\(what): the agent is \(Figure.text(ratio)) times faster by the medians")
      }
    }
  }

  private func kube(_ cluster: String, _ client: HTTPClient, manager: String = "flotilla") throws -> KubeClient {
    let configuration = try Kubeconfig.load(path: kubeconfigDir + "/" + cluster)
    return KubeClient(
      transport: try HTTPTransport(configuration, client: client), fieldManager: manager,
      logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
  }

  private func makeNamespace(_ kube: KubeClient) async throws {
    let identity = ObjectIdentity(
      group: "", version: "v1", kind: "Namespace", name: BenchedObjects.namespace)
    _ = try await kube.create(
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": Node(.string(BenchedObjects.namespace))]],
      as: identity)
  }

  // MARK: kubectl

  private func peerTimes(
    _ kubectl: String, cluster: String, folder: String, _ client: HTTPClient
  ) async throws -> (new: Duration, same: Duration) {
    try await makeNamespace(try kube(cluster, client))
    func apply() async throws -> Duration {
      let begun = ContinuousClock.now
      let result = try await Program.run(
        kubectl,
        arguments: [
          "--kubeconfig", kubeconfigDir + "/" + cluster, "apply", "--server-side", "--validate=false", "-f",
          folder + "/objects.json",
        ], environment: ["HOME": folder], input: [], timeLimit: .seconds(300), outputLimitBytes: 1 << 20)
      guard result.exitCode == 0 else {
        throw ValidationError("kubectl: \(String(decoding: result.errorOutput.suffix(2_000), as: UTF8.self))")
      }
      return begun.duration(to: .now)
    }
    return (try await apply(), try await apply())
  }

  // MARK: The agent

  private struct AgentTimes: Sendable {
    var new: Duration
    var same: Duration
    var drifts: [(seen: Duration, repaired: Duration)] = []
  }

  private func agentTimes(
    _ documents: [Node], cluster: String, drifts: Int, _ client: HTTPClient
  ) async throws -> AgentTimes {
    let kube = try kube(cluster, client)
    try await makeNamespace(kube)
    let orders = BenchedOrders()
    var options = ClusterAgent.Options()
    options.lease = .ofThisProcess()
    let agent = ClusterAgent(
      kube: kube, connection: orders, options: options,
      logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
    let editor = try self.kube(cluster, client, manager: "kubectl-edit")
    return try await withThrowingTaskGroup(of: AgentTimes?.self) { group in
      group.addTask {
        try await agent.run()
        return nil
      }
      group.addTask {
        var observations = orders.observations.makeAsyncIterator()
        func applied(_ generation: Int64) async throws -> Duration {
          let begun = ContinuousClock.now
          orders.order(documents, generation: generation)
          while let told = await observations.next() {
            guard told.generation.counter == generation else { continue }
            guard told.phase != .failed else { throw ValidationError("the agent: \(told.message)") }
            if told.phase == .applied { return begun.duration(to: .now) }
          }
          throw ValidationError("the agent ended")
        }
        var times = AgentTimes(new: try await applied(1), same: .zero)
        // As kubectl's next call is, the next order is a while later.
        try await Task.sleep(for: .seconds(3))
        times.same = try await applied(2)
        let maps = documents.filter { $0["kind"] == "ConfigMap" }.prefix(drifts)
        for document in maps {
          guard let identity = ObjectIdentity(of: document) else { continue }
          _ = try await editor.patch(identity, type: .merge, ["data": ["key-0": "edited"]])
          let begun = ContinuousClock.now
          var seen: Duration?
          while let told = await observations.next() {
            guard let drift = told.drift, drift.objects == [identity.display] else { continue }
            if drift.repaired {
              times.drifts.append((seen ?? begun.duration(to: .now), begun.duration(to: .now)))
              break
            }
            seen = begun.duration(to: .now)
          }
        }
        return times
      }
      defer { group.cancelAll() }
      while let times = try await group.next() { if let times { return times } }
      throw ValidationError("the agent ended")
    }
  }
}
