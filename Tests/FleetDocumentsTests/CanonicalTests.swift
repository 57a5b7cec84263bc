import FleetDocuments
import FleetModel
import Manifest
import Testing

struct CanonicalTests {
  private func canonical(_ text: String) throws -> String {
    let document = try #require(Documents.read(Array(text.utf8), file: "").documents.first)
    return String(decoding: document.canonicalJSON, as: UTF8.self)
  }

  @Test func equalDocumentsHaveOneCanonicalForm() throws {
    let first = cluster("metadata: {labels: {b: x, a: \"true\"}, name: eu-1}\nspec: {connection: agent}\n")
    let second = """
      # the same, written differently
      spec:
        connection: "agent"
      kind: Cluster
      metadata:
        name: eu-1
        annotations: {}
        labels:
          a: 'true'
          b: x
      apiVersion: flotilla.dev/v1
      """
    #expect(
      try canonical(first)
        == #"{"metadata":{"labels":{"a":"true","b":"x"}},"spec":{"connection":"agent"}}"#)
    #expect(try canonical(first) == canonical(second))
  }

  @Test func projectAndNameAreNotPartOfIt() throws {
    #expect(try canonical(cluster("metadata: {name: a}\n")) == "{}")
    #expect(try canonical(cluster("metadata: {name: b, project: other}\nspec: {}\n")) == "{}")
  }

  @Test func aDocumentIsReadBackFromWhatWasStored() throws {
    let text =
      DocumentTests.storefront + "\n---\n" + cluster("metadata: {name: a, labels: {x: z}}\n") + "---\n"
      + repository("url: \"file:///srv/a.git\"")
    let documents = Documents.read(Array(text.utf8), file: "").documents
    #expect(documents.count == 3)
    for document in documents {
      let again = try Document(
        kind: document.kind, project: document.project, name: document.name, canonicalJSON: document.canonicalJSON)
      #expect(again.canonicalJSON == document.canonicalJSON)
      #expect(again.labels == document.labels)
      #expect(again.project == document.project)
      // Generators know where they stand, and that is the one thing that storing forgets.
      if case .fleetSet(let set) = document.content, case .fleetSet(let read) = again.content {
        #expect(read.generators.map(\.generator) == set.generators.map(\.generator))
        #expect(read.rollout == set.rollout)
        #expect(read.template == set.template)
      } else {
        #expect(again.content == document.content)
      }
    }
  }

  @Test func whatWasStoredWronglyIsRefused() {
    #expect(throws: DiagnosticsError.self) {
      try Document(kind: "Repository", project: .defaultProject, name: "a", canonicalJSON: Array("{}".utf8))
    }
    #expect(throws: DiagnosticsError.self) {
      try Document(kind: "Cluster", project: .defaultProject, name: "a", canonicalJSON: Array("{".utf8))
    }
  }

  @Test func writtenDocumentsAreReadAsTheSameValue() throws {
    let cluster = Cluster(
      project: "web", name: "eu-1", labels: ["region": "eu", "canary": "true"], annotations: ["note": "yes"],
      connection: .kubeconfig(credential: "admin"))
    let repository = Repository(
      name: "shop", url: "https://example.com/a.git", credential: "key", pollInterval: .seconds(90))
    let charts = Repository(name: "charts", kind: .helm, url: "https://charts.example.com")
    for (node, content) in [
      (DocumentWriter.node(for: cluster), Document.Content.cluster(cluster)),
      (DocumentWriter.node(for: repository), .repository(repository)),
      (DocumentWriter.node(for: charts), .repository(charts)),
      (DocumentWriter.node(for: Cluster(name: "a")), .cluster(Cluster(name: "a"))),
    ] {
      let (documents, diagnostics) = Documents.read(Array(YAML.text(node).utf8), file: "")
      #expect(diagnostics.isEmpty)
      #expect(documents.map(\.content) == [content])
    }
  }
}
