import FleetModel
import FleetSync
import Manifest

/// The namespaces that an agent writes to, where it may not write to others: an order that wants more is refused whole,
/// instead of failing half-way at the API server (AMENDMENTS 56).
struct Territory: Hashable, Sendable {
  let namespaces: Set<String>

  init(_ namespaces: Set<String>) { self.namespaces = namespaces }

  /// An order without the wish to create its namespace, when that is one of ours: it is there, and creating it again is
  /// not for this agent.
  func narrowing(_ order: Order) -> Order {
    guard namespaces.contains(order.namespace) else { return order }
    var order = order
    order.createNamespace = false
    return order
  }

  /// - Throws: a terminal failure that names every object out of bounds.
  func check(_ objects: [SyncObject]) throws(WriteFailure) {
    let outside = objects.filter { !namespaces.contains($0.identity.namespace) }.map(\.identity.display)
    guard !outside.isEmpty else { return }
    throw WriteFailure(
      .content,
      "this agent may write only in the namespaces \(namespaces.sorted().joined(separator: ", ")), and not: "
        + outside.joined(separator: ", ")
        + "; leave them out, or install the agent with other rights (`flotilla agent manifest --profile`)")
  }
}
