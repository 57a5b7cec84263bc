import FleetDocuments
import FleetModel
import Manifest

/// The repositories of GitRepos.
struct RancherRepositories {
  private let project: ProjectName
  private var repositories: [Repository] = []
  private var names = NameBook()

  init(project: ProjectName) { self.project = project }

  /// The name of a GitRepo's Repository; those with the same URL and credential share one.
  mutating func add(_ source: SourceDocument, _ book: inout ImportBook) -> String {
    let url = RepositoryURL(source.field("spec.repo")?.string ?? "")
    if url.hadPassword {
      book.differs(source, "spec.repo", "the password in the URL was taken out", hint: "store it as a credential")
    }
    let secret = source.field("spec.clientSecretName")?.string.flatMap { $0.isEmpty ? nil : $0 }
    var credential = secret.map { NameBook.valid($0) }
    if let known = repositories.first(where: { $0.url == url.url && $0.credential == credential }) {
      return known.name.rawValue
    }
    let name = names.name(NameBook.ofRepository(url.url))
    if credential == nil, url.hadPassword { credential = name }
    if let credential {
      book.step(
        "flotilla credential set \(credential) --user USER --secret-file FILE", in: project,
        "what \(url.url) is fetched with; for a key: --ssh-key FILE --known-hosts FILE")
    }
    if let secret {
      book.differs(
        source, "spec.clientSecretName", "Secret \"\(secret)\" is not imported",
        hint: "store what is in it as the credential \"\(credential ?? "")\"")
    }
    repositories.append(
      Repository(
        project: project, name: RepositoryName(name), url: url.url, credential: credential,
        pollInterval: Self.interval(of: source, &book)))
    return name
  }

  private static func interval(of source: SourceDocument, _ book: inout ImportBook) -> Duration {
    let longest = Duration.seconds(86_400)
    if source.field("spec.disablePolling")?.boolean == true {
      book.differs(
        source, "spec.disablePolling", "a repository is looked at once a day also when webhooks wake it",
        hint: "set up the webhook: docs/reference/api.md#webhooks")
      return longest
    }
    guard let text = source.field("spec.pollingInterval")?.string else { return .seconds(15) }
    guard let duration = Duration(text: text) else {
      book.leaveOut(source, "spec.pollingInterval", "\"\(text)\" is no duration; it is 15s now")
      return .seconds(15)
    }
    return min(max(duration, .seconds(1)), longest)
  }

  func write(_ book: inout ImportBook) {
    for repository in repositories.sorted(by: { $0.name < $1.name }) {
      book.add(DocumentWriter.node(for: repository))
    }
  }
}

/// What a GitRepo says besides its repository and targets.
func noteGitRepo(_ source: SourceDocument, _ book: inout ImportBook) {
  for (key, why, hint) in [
    (
      "caBundle", "a host is verified with the authorities of the controller's machine",
      "add this one there, for example with update-ca-certificates"
    ),
    (
      "insecureSkipTLSVerify", "a host's certificate is always verified",
      "let the controller's machine trust the host's authority"
    ),
    ("helmSecretName", "charts are taken from Git only", "commit the chart"),
    ("helmSecretNameForPaths", "charts are taken from Git only", "commit the chart"),
    ("helmRepoURLRegex", "charts are taken from Git only", "commit the chart"),
    (
      "serviceAccount", "an agent applies everything as itself",
      "run the cluster's agent with a service account that may do no more"
    ),
    ("imageScanInterval", "images are not looked for in registries", "let another program write tags into Git"),
    ("imageScanCommit", "images are not looked for in registries", "let another program write tags into Git"),
    ("deleteNamespace", "namespaces are never deleted", "delete them by hand"),
  ] where source.field("spec.\(key)").map({ !$0.isUnset }) == true {
    book.leaveOut(source, "spec.\(key)", why, hint: hint)
  }
  for (key, why) in [
    ("forceSyncGeneration", "drift is repaired, or shown, without being asked for"),
    ("ociRegistry", "bundles are kept in the controller's database"),
  ] where source.field("spec.\(key)").map({ !$0.isUnset }) == true {
    book.differs(source, "spec.\(key)", why)
  }
  book.leaveOutUnknown(
    source, "spec",
    known: [
      "repo", "branch", "revision", "targetNamespace", "clientSecretName", "helmSecretName", "helmSecretNameForPaths",
      "helmRepoURLRegex", "caBundle", "insecureSkipTLSVerify", "paths", "paused", "serviceAccount", "targets",
      "pollingInterval", "forceSyncGeneration", "imageScanInterval", "imageScanCommit", "keepResources",
      "deleteNamespace", "correctDrift", "disablePolling", "ociRegistry",
    ])
}

/// Cluster documents of Rancher Fleet's clusters.
func importClusters(
  _ sources: [SourceDocument], project: ProjectName, usesKubeconfigs: Bool, _ book: inout ImportBook
) {
  var names: Set<String> = []
  var clusters: [Cluster] = []
  for source in sources {
    let name = NameBook.valid(source.name)
    guard names.insert(name).inserted else {
      book.leaveOut(source, "metadata.name", "another cluster is called \"\(name)\" already")
      continue
    }
    if name != source.name {
      book.differs(source, "metadata.name", "cluster \"\(source.name)\" is called \"\(name)\" now")
    }
    var cluster = Cluster(project: project, name: ClusterName(name), labels: source.labels)
    cluster.annotations = source.annotations.filter { $0.key != "kubectl.kubernetes.io/last-applied-configuration" }
    if usesKubeconfigs {
      cluster.connection = .kubeconfig(credential: "\(name)-kubeconfig")
      book.step(
        "flotilla credential set \(name)-kubeconfig --kubeconfig FILE --context CONTEXT", in: project,
        "how the controller reaches cluster \(name)")
    } else {
      book.step(
        "flotilla cluster token \(name) --token-out FILE", in: project, "what the agent of cluster \(name) joins with")
    }
    if source.field("spec.paused")?.boolean == true {
      book.differs(source, "spec.paused", "no document keeps a cluster out of rollouts", hint: "cordon it")
      book.step("flotilla cluster cordon \(name) --reason paused", in: project, "cluster \(name) was paused")
    }
    if source.field("spec.templateValues") != nil {
      book.leaveOut(
        source, "spec.templateValues", "generators see a cluster's labels and annotations only",
        hint: "write what templates need as annotations")
    }
    clusters.append(cluster)
  }
  for cluster in clusters.sorted(by: { $0.name < $1.name }) { book.add(DocumentWriter.node(for: cluster)) }
}
