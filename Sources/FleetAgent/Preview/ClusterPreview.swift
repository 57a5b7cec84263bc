import AsyncHTTPClient
import FleetModel
import FleetSync
public import KubeClient
public import Logging
public import Manifest

/// What applying documents to a cluster would do, object by object, without doing it: for the day before an agent takes
/// over what another program applied.
public struct ClusterPreview: Sendable {
  /// What would happen to an object.
  public enum Action: String, Sendable {
    /// It is not there yet.
    case create
    /// Nothing differs.
    case unchanged
    /// Some fields differ.
    case change
    /// Another program, or a person with `kubectl`, applied it.
    case takeOver = "take over"
    /// It is run, not kept.
    case hook
    /// The server does not take it, and so no order with it.
    case refused
  }

  /// One object's line.
  public struct Entry: Sendable {
    /// The object.
    public var identity: ObjectIdentity
    /// What would happen.
    public var action: Action
    /// Whose it is and what changes, or why it is refused.
    public var details: String
  }

  private let writer: ObjectWriter

  /// A preview in one cluster.
  public init(kube: KubeClient, logger: Logger) {
    writer = ObjectWriter(kube: kube, namespace: "", logger: logger)
  }

  /// Tries out documents, in the order in which they would be applied.
  ///
  /// - Parameter namespace: for objects that name none; it is created when it is not there, as an order does.
  /// - Throws: a `WriteFailure` for documents that are no objects or have wrong annotations, and when the cluster cannot
  ///   be asked.
  public func entries(_ documents: [Node], namespace: String) async throws -> [Entry] {
    let order = Order(
      target: TargetID(0), targetName: "preview", action: .apply, bundle: nil, generation: .none, namespace: namespace,
      selfHeal: false, createNamespace: !namespace.isEmpty, mayPrune: [], startWithin: .zero)
    let scopes = try await writer.scopes(of: documents)
    let objects = try syncObjects(documents, order: order) { scopes["\($0)/\($1)"] }
    var preflight = Preflight(of: objects, among: objects)
    var entries: [Entry] = []
    for object in objects {
      do {
        entries.append(entry(object, try await writer.tryOut(object, showsOrigin: true)))
      } catch {
        let failure = WriteFailure(error)
        preflight.answer(object.identity, .refused(failure), now: .zero)
        let isToCome = preflight.deferred.contains(object.identity)
        entries.append(
          Entry(
            identity: object.identity, action: isToCome ? .create : .refused,
            details: isToCome ? "after what it needs, and is tried out then" : failure.advice))
      }
    }
    return entries
  }

  /// Tries out files of YAML or JSON in a cluster.
  ///
  /// - Returns: a table for people, and whether anything is refused.
  /// - Throws: as `entries`; an error of the reader naming file and line; a `KubeError` for the kubeconfig.
  public static func table(
    _ files: [(name: String, bytes: [UInt8])], namespace: String, kubernetes: KubeConfiguration
  ) async throws -> (text: String, isRefused: Bool) {
    let client = HTTPTransport.makeClient()
    let logger = Logger(label: "preview", factory: { _ in SwiftLogNoOpLogHandler() })
    let result: Result<(text: String, isRefused: Bool), any Error>
    do {
      let kube = KubeClient(transport: try HTTPTransport(kubernetes, client: client), logger: logger)
      result = .success(try await ClusterPreview(kube: kube, logger: logger).table(files, namespace: namespace))
    } catch { result = .failure(error) }
    try await client.shutdown()
    return try result.get()
  }

  /// The same in this cluster.
  func table(
    _ files: [(name: String, bytes: [UInt8])], namespace: String
  ) async throws -> (text: String, isRefused: Bool) {
    let documents = try files.flatMap { try DocumentReader.documents($0.bytes, file: $0.name) }
    let entries = try await entries(documents, namespace: namespace)
    let rows = entries.map { ($0.action.rawValue, $0.identity.display, $0.details) }
    let all = [("ACTION", "OBJECT", "DETAILS")] + rows
    let widths = (all.map(\.0.count).max() ?? 0, all.map(\.1.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: width - text.count) }
    let lines = all.map { row in
      let start = "\(padded(row.0, widths.0))  "
      return row.2.isEmpty ? start + row.1 : start + padded(row.1, widths.1) + "  " + row.2
    }
    return (lines.joined(separator: "\n"), entries.contains { $0.action == .refused })
  }

  private func entry(_ object: SyncObject, _ trial: ObjectWriter.Trial) -> Entry {
    if let hook = object.options.hook {
      let phases = hook.phases.sorted().map(\.rawValue).joined(separator: ", ")
      return Entry(identity: object.identity, action: .hook, details: phases)
    }
    guard let live = trial.live else { return Entry(identity: object.identity, action: .create, details: "") }
    let own = ApplySet(target: TargetID(0), agentNamespace: "")
    if object.isOwned,
      let adoption = Adoption(
        of: live, answer: trial.answer, fresh: trial.fresh, manager: writer.kube.fieldManager, applySet: own)
    {
      let isRefused = adoption.keeper != nil && object.options.failsWhenShared
      return Entry(identity: object.identity, action: isRefused ? .refused : .takeOver, details: adoption.text)
    }
    let changes = Adoption.changes(from: live, to: trial.answer)
    return Entry(
      identity: object.identity, action: changes.isEmpty ? .unchanged : .change,
      details: changes.isEmpty ? "" : Adoption.summary(changes))
  }
}
