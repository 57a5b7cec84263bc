import FleetModel
import FleetSync
import Manifest
import Testing

/// A document from YAML.
func yaml(_ text: String) throws -> Node { try #require(try YAML.documents(Array(text.utf8)).first) }

func identity(_ kind: String, _ name: String, group: String = "", namespace: String = "shop") -> ObjectIdentity {
  ObjectIdentity(group: group, version: "v1", kind: kind, namespace: namespace, name: name)
}

func digest(_ text: String) -> Digest { Digest.sha256(Array(text.utf8)) }

func makeOrder(
  _ counter: Int64, action: Order.Action = .apply, bundle: Digest? = digest("one"), selfHeal: Bool = true,
  mayPrune: [String] = [], startWithin: Duration = .seconds(60),
  minReady: Duration? = nil, failFast: Duration? = nil
) -> Order {
  Order(
    target: 7, targetName: "shop/eu", action: action, bundle: bundle,
    generation: Generation(epoch: 1, counter: counter),
    namespace: "shop", selfHeal: selfHeal, createNamespace: false, mayPrune: mayPrune, startWithin: startWithin,
    minReady: minReady, failFast: failFast)
}

/// What a server would answer to the apply of a ConfigMap by us.
func storedConfigMap(_ name: String, value: String, version: Int, others: [Node] = []) -> Node {
  [
    "apiVersion": "v1", "kind": "ConfigMap",
    "metadata": [
      "name": Node(.string(name)), "namespace": "shop", "uid": "u", "resourceVersion": Node(.string(String(version))),
      "managedFields": Node(
        .array(
          [
            [
              "manager": "flotilla", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
              "fieldsV1": ["f:data": ["f:greeting": [:]]],
            ]
          ] + others)),
    ],
    "data": ["greeting": Node(.string(value))],
  ]
}

func configMapObject(_ name: String, value: String = "hello") -> SyncObject {
  SyncObject(
    identity: identity("ConfigMap", name),
    document: [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": Node(.string(name)), "namespace": "shop"],
      "data": ["greeting": Node(.string(value))],
    ])
}

extension TargetMachine {
  static func fresh() -> TargetMachine {
    TargetMachine(target: 7, agentNamespace: "flotilla-system", manager: "flotilla")
  }

  /// A bundle arrived, and the server would take everything in it.
  mutating func arrived(_ bundle: Digest, objects: [SyncObject], now: Duration) -> [Action] {
    accept(bundleArrived(bundle, objects: objects, now: now), now: now)
  }

  /// Answers the dry runs among actions; the other actions, and those that follow.
  mutating func accept(_ actions: [Action], now: Duration) -> [Action] {
    var rest: [Action] = []
    for action in actions {
      guard case .check(let object, let generation) = action else {
        rest.append(action)
        continue
      }
      rest += checked(object.identity, for: generation, .accepted(nil), now: now)
    }
    return rest
  }
}

extension [TargetMachine.Action] {
  var observations: [Observation] { compactMap { if case .report(let observation) = $0 { observation } else { nil } } }
  var records: [TargetRecord] { compactMap { if case .writeRecord(let record) = $0 { record } else { nil } } }
  var applies: [String] { compactMap { if case .apply(let object) = $0 { object.identity.name } else { nil } } }
  var expects: [String] { compactMap { if case .expect(let object) = $0 { object.identity.name } else { nil } } }
  var checks: [String] { compactMap { if case .check(let object, _) = $0 { object.identity.name } else { nil } } }
  var discards: [String] { compactMap { if case .discard(let identity, _) = $0 { identity.name } else { nil } } }
  var deletes: [String] { compactMap { if case .delete(let identity, _) = $0 { identity.name } else { nil } } }
  var fetches: [Digest] { compactMap { if case .fetch(_, let bundle) = $0 { bundle } else { nil } } }
}
