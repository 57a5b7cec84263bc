import ArgumentParser
import FleetModel
import Manifest

/// How fast manifests are read and written.
struct ParseBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parse", abstract: "Measure reading and writing YAML and JSON.")

  @Option(help: "Deployments in the measured text, each with its Service and ConfigMap.")
  var applications = 1_000
  @Option(help: "How often each figure is measured.")
  var times = 20

  func run() throws {
    Figure.writeHeader()
    let yaml = Array((0..<applications).map(Self.manifests).joined(separator: "---\n").utf8)
    let documents = try YAML.documents(yaml)
    let list = Node(.array(documents))
    let json = JSON.bytes(list)
    try measure("read YAML", bytes: yaml.count, documents: documents.count) { _ = try YAML.documents(yaml) }
    try measure("read JSON", bytes: json.count, documents: documents.count) { _ = try JSON.parse(json) }
    measure("write canonical JSON", bytes: json.count, documents: documents.count) {
      _ = JSON.bytes(list, sortedKeys: true)
    }
    let written = YAML.text(list).utf8.count
    measure("write YAML", bytes: written, documents: documents.count) { _ = YAML.text(list) }
  }

  private func measure(_ name: String, bytes: Int, documents: Int, _ body: () throws -> Void) rethrows {
    var figure = try Figure.measure(name, times: times, input: {}, { try body() })
    let seconds = (figure.processor ?? .nan) / Double(times) / 1_000
    figure.counted =
      "\(bytes) bytes, \(documents) documents: \(Figure.text(Double(bytes) / seconds / 1_048_576)) MiB/s, "
      + "\(Figure.text(Double(documents) / seconds)) documents/s of processor time"
    figure.write()
  }

  private static func manifests(_ number: Int) -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web-\(number)
      namespace: team-\(number % 40)
      labels: {app: web-\(number), app.kubernetes.io/part-of: shop}
      annotations:
        example.com/owner: "team-\(number % 40)@example.com"
    spec:
      replicas: \(number % 7 + 1)
      selector:
        matchLabels: {app: web-\(number)}
      template:
        metadata:
          labels: {app: web-\(number)}
        spec:
          containers:
            - name: web
              image: registry.example/web:1.\(number)
              args: ["--listen=:8080", "--workers=4"]
              ports:
                - containerPort: 8080
                  name: http
              envFrom:
                - configMapRef: {name: settings-\(number)}
              resources:
                requests: {cpu: 100m, memory: 128Mi}
                limits: {memory: 256Mi}
              readinessProbe:
                httpGet: {path: /ready, port: http}
                periodSeconds: 5
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web-\(number)
      namespace: team-\(number % 40)
    spec:
      selector: {app: web-\(number)}
      ports:
        - port: 80
          targetPort: http
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings-\(number)
      namespace: team-\(number % 40)
    data:
      currency: EUR
      greeting: 'Welcome, number \(number)'
      application.properties: |
        server.port=8080
        server.threads=4
        feature.\(number)=on

    """
  }
}
