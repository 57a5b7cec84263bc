import FleetModel

/// A label selector as rows of `key`, `operator` and `values`, which a query checks against labels.
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

  /// The condition that the labels in a column match the selector in a parameter.
  static func matches(_ parameter: String, _ labels: String) -> String {
    """
    NOT EXISTS (
        SELECT FROM jsonb_to_recordset(\(parameter)::jsonb) AS r (key text, operator text, "values" jsonb)
        WHERE NOT CASE r.operator
          WHEN 'In' THEN coalesce(r."values" ? (\(labels) ->> r.key), false)
          WHEN 'NotIn' THEN coalesce(NOT r."values" ? (\(labels) ->> r.key), true)
          WHEN 'Exists' THEN \(labels) ? r.key
          ELSE NOT \(labels) ? r.key END)
    """
  }
}
