import FleetDocuments
import FleetModel
import Testing

/// An input with everything that is said about it.
struct Refusal: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var expected: String

  init(_ name: String, _ text: String, _ expected: String) {
    self.name = name
    self.text = text
    self.expected = expected
  }

  var found: String {
    Documents.read(Array(text.utf8), file: "f.yaml").diagnostics.map(\.text).joined(separator: "\n")
  }

  var testDescription: String { name }
}

/// A FleetSet whose stages are given, indented by four spaces.
func stages(_ text: String) -> String { fleetSet(rollout: "  rollout:\n    stages:\n" + text) }

func fleetSet(
  generators: String = "  generators:\n  - clusters: {}\n", rollout: String = "", extra: String = ""
) -> String {
  """
  apiVersion: flotilla.dev/v1
  kind: FleetSet
  metadata: {name: shop}
  spec:
  \(generators)  template:
      metadata: {name: "{{name}}"}
      spec:
        source: {repository: shop, path: base}
        destination: {cluster: "{{name}}"}
  \(extra)\(rollout)
  """
}

func cluster(_ text: String) -> String {
  "apiVersion: flotilla.dev/v1\nkind: Cluster\n" + text
}

func repository(_ spec: String) -> String {
  "apiVersion: flotilla.dev/v1\nkind: Repository\nmetadata: {name: shop}\nspec: {\(spec)}\n"
}
