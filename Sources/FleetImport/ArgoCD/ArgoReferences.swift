import FleetDocuments
import FleetModel
import Manifest

/// The Secrets and ConfigMaps that generators refer to: credentials by the same names, which somebody has to store, and
/// ConfigMaps as they are.
struct ArgoReferences {
  private let configMaps: [String: SourceDocument]
  private let project: ProjectName
  /// By the Secret's name: its keys, and the hosts that it is sent to.
  private var secrets: [String: (keys: Set<String>, hosts: Set<String>)] = [:]
  private var used: Set<String> = []

  init(configMaps: [String: SourceDocument], project: ProjectName) {
    self.configMaps = configMaps
    self.project = project
  }

  /// Notes what a set refers to.
  mutating func add(_ set: ArgoSet, _ book: inout ImportBook) {
    var found: [(path: String, node: Node)] = []
    ArgoSet.visit(set.document["spec", "generators"] ?? Node(.null), path: "spec.generators") { node, path in
      found.append((path, node))
    }
    for (path, node) in found {
      for keys in Self.references {
        guard let reference = keys.reduce(node, { $0?[$1] }), let secret = reference["secretName"]?.string else {
          continue
        }
        add(secret, keys: [reference["key"]?.string ?? ""], host: Self.host(of: node["api"]?.string))
        tell(secret, set, keys.reduce(path) { FieldPath.appending(key: $1, to: $0) }, &book)
      }
      if let secret = node["appSecretName"]?.string, !secret.isEmpty {
        add(
          secret, keys: ["githubAppID", "githubAppInstallationID", "githubAppPrivateKey"],
          host: Self.host(of: node["api"]?.string))
        tell(secret, set, FieldPath.appending(key: "appSecretName", to: path), &book)
      }
      for (key, name) in [
        ("caRef", node["caRef", "configMapName"]?.string), ("configMapRef", Self.configMap(node["configMapRef"])),
      ] {
        guard let name, !name.isEmpty, used.insert(name).inserted else { continue }
        guard configMaps[name] == nil else { continue }
        book.leaveOut(
          set.source, FieldPath.appending(key: key, to: path), "ConfigMap \"\(name)\" is not among the files",
          hint: "import it with the set, or apply it: kubectl -n argocd get configmap \(name) -o yaml")
      }
    }
  }

  private static let references = [
    ["tokenRef"], ["appPasswordRef"], ["accessTokenRef"], ["basicAuth", "passwordRef"], ["bearerToken", "tokenRef"],
  ]

  /// A plugin's reference is a map, that of a decision resource a name.
  private static func configMap(_ node: Node?) -> String? { node?.string ?? node?["name"]?.string }

  private mutating func add(_ secret: String, keys: Set<String>, host: String?) {
    secrets[secret, default: ([], [])].keys.formUnion(keys)
    if let host { secrets[secret, default: ([], [])].hosts.insert(host) }
  }

  private func tell(_ secret: String, _ set: ArgoSet, _ path: String, _ book: inout ImportBook) {
    book.differs(
      set.source, path, "is the credential \"\(NameBook.valid(secret))\" here; what is in the Secret is not imported")
  }

  /// The host of a URL; nil when a template makes it, or there is none.
  private static func host(of url: String?) -> String? {
    guard let url, !url.contains("{{"), let scheme = url.end(ofFirst: "://") else { return nil }
    let host = url[scheme...].prefix { $0 != "/" && $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }

  /// Writes the ConfigMaps, and what has to be stored.
  func write(_ book: inout ImportBook) {
    for name in used.sorted() {
      guard let source = configMaps[name] else { continue }
      var metadata: Node = ["name": .text(name)]
      if project != .defaultProject { metadata["namespace"] = .text(project.rawValue) }
      var data = Object()
      for entry in source.node["data"]?.object?.entries ?? [] {
        // A token is written as a reference to a key of a Secret.
        if entry.key == "token", entry.value.string?.hasPrefix("$") != true {
          book.leaveOut(
            source, "data.token", "holds a token itself, which is not imported",
            hint: "store it: flotilla credential set argocd-secret --data KEY=FILE --host HOST, and write $KEY here")
          continue
        }
        data[entry.key] = entry.value
      }
      noteToken(of: source, &book)
      book.add(["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": Node(.object(data))])
    }
    for (secret, use) in secrets.sorted(by: { $0.key < $1.key }) {
      step(secret, keys: use.keys, hosts: use.hosts, "what generators sign in with", &book)
    }
  }

  /// `$KEY` is of `argocd-secret`, `$SECRET:KEY` of another.
  private func noteToken(of source: SourceDocument, _ book: inout ImportBook) {
    guard let token = source.node["data", "token"]?.string, token.hasPrefix("$") else { return }
    let parts = token.dropFirst().split(separator: ":", maxSplits: 1).map(String.init)
    guard let key = parts.last else { return }
    step(
      parts.count == 2 ? parts[0] : "argocd-secret", keys: [key],
      hosts: Set([Self.host(of: source.node["data", "baseUrl"]?.string)].compactMap { $0 }),
      "what the plugin of ConfigMap \(source.name) is asked with", &book)
  }

  private func step(
    _ secret: String, keys: Set<String>, hosts: Set<String>, _ reason: String, _ book: inout ImportBook
  ) {
    let options = keys.sorted().map { " --data \($0)=FILE" } + hosts.sorted().map { " --host \($0)" }
    book.step("flotilla credential set \(secret)" + options.joined(), in: project, reason)
  }
}
