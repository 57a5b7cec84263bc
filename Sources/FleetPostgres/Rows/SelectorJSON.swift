import FleetModel

/// A label selector as rows of `key`, `operator` and `values`, which a query checks against a cluster's labels.
struct SelectorJSON: Encodable {
  var key: String
  var `operator`: String
  var values: [String]

  static func rows(of selector: LabelSelector) -> [SelectorJSON] {
    let equal = selector.matchLabels.sorted { $0.key < $1.key }
      .map { SelectorJSON(key: $0.key, operator: "In", values: [$0.value]) }
    return equal
      + selector.matchExpressions.map {
        SelectorJSON(key: $0.key, operator: $0.operator.rawValue, values: $0.values)
      }
  }
}
