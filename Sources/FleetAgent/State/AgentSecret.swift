import Foundation
import KubeClient
import Manifest

/// A Secret in the cluster: the home of an agent that runs there and has no disk.
///
/// `flotilla agent manifest` makes it, empty; the agent needs no right to make Secrets then.
struct AgentSecret: AgentHome {
  let kube: KubeClient
  let namespace: String
  let name: String

  var place: String { "Secret \(namespace)/\(name)" }

  private var identity: ObjectIdentity {
    ObjectIdentity(group: "", version: "v1", kind: "Secret", namespace: namespace, name: name)
  }

  func text(of name: String) async throws -> String? { Self.text(of: name, in: try await read()) }

  func text(of name: String, orElse made: String) async throws -> String {
    try await change { secret in
      if let text = Self.text(of: name, in: secret) { return (nil, text) }
      return (Self.setting(name, to: made, in: secret), made)
    }
  }

  func write(_ text: String, to name: String) async throws {
    try await change { (Self.setting(name, to: text, in: $0), ()) }
  }

  private static func text(of name: String, in secret: Node?) -> String? {
    secret?["data", name]?.string.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func setting(_ name: String, to text: String, in secret: Node) -> Node {
    var secret = secret
    if secret["data"]?.object == nil { secret["data"] = [:] }
    secret["data"]?[name] = Node(.string(Data(text.utf8).base64EncodedString()))
    return secret
  }

  /// Reads, decides and replaces until nobody came in between.
  private func change<Answer>(_ decide: (Node) -> (changed: Node?, answer: Answer)) async throws -> Answer {
    for _ in 0..<10 {
      let found = try await read()
      let empty: Node = [
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": ["name": Node(.string(name)), "namespace": Node(.string(namespace))],
      ]
      let (changed, answer) = decide(found ?? empty)
      guard let changed else { return answer }
      do {
        _ =
          found == nil
          ? try await kube.create(changed, as: identity) : try await kube.replace(changed, as: identity)
        return answer
      } catch {
        guard error.status == 409 else { throw failure("cannot be written", error) }
      }
    }
    throw AgentState.StateError(description: "\(place): somebody else goes on writing it")
  }

  private func read() async throws -> Node? {
    do { return try await kube.get(identity) } catch { throw failure("cannot be read", error) }
  }

  /// The cluster not being there is worth another try; a refusal is not.
  private func failure(_ what: String, _ error: KubeError) -> any Error {
    if error.status == nil { return error }
    return AgentState.StateError(description: "\(place) \(what): \(error)")
  }
}
