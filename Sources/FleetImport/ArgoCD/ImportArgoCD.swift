internal import FleetDocuments
public import FleetModel
internal import Manifest

/// Takes over what Argo CD's fleet is made of: ApplicationSets stay what they are, the Secrets of clusters and
/// repositories become Cluster and Repository documents without what is secret in them, and what AppProjects restrict is
/// told; their sync windows become Window documents (decision 29).
///
/// - Throws: `DiagnosticsError` when the documents cannot be of one project, there is none, or one is not valid: then with
///   everything that is wrong, and nothing else.
public func importArgoCD(_ files: [ImportFile], options: ImportOptions = ImportOptions()) throws(DiagnosticsError)
  -> ImportResult
{
  var book = ImportBook()
  let sources = ArgoSources(ImportFile.documents(files, with: "argo", &book), namespace: options.namespace)
  guard !sources.isEmpty else {
    _ = try book.result()
    throw DiagnosticsError([
      Diagnostic(
        message: "there is no ApplicationSet, AppProject or Secret of Argo CD in the files",
        hint: "export them: kubectl -n argocd get applicationsets,appprojects,secrets,configmaps -o yaml")
    ])
  }
  let project = try sources.project(options)
  book.step("flotilla apply -f FILE", in: project, "what stores the documents, before clusters join")
  sources.refuseNamesakes(&book)
  var sets = sources.sets.compactMap { ArgoSet($0, project: project, &book) }
  var repositories = ArgoRepositories(sources, project: project)
  for index in sets.indices { repositories.add(&sets[index], &book) }
  repositories.write(&book)
  var clusters = ArgoClusters(project: project, usesKubeconfigs: options.usesKubeconfigs)
  for secret in sources.clusters { clusters.add(secret, &book) }
  clusters.addLocalCluster(for: sets, &book)
  clusters.write(&book)
  var windows = ArgoWindows(project: project)
  for source in sources.projects {
    importAppProject(source, &book)
    windows.add(source, &book)
  }
  for index in sets.indices { windows.name(in: &sets[index], &book) }
  var references = ArgoReferences(configMaps: sources.configMaps, project: project)
  for set in sets { references.add(set, &book) }
  references.write(&book)
  for set in sets { set.write(projects: Set(sources.projects.map(\.name)), &book) }
  for other in sources.others { book.leaveOut(other.document, "", other.why, hint: other.hint) }
  return try book.result()
}

/// Argo CD's documents by what they are.
struct ArgoSources {
  /// A document that nothing is made of.
  struct Other {
    var document: SourceDocument
    var why: String
    var hint: String
  }

  private(set) var sets: [SourceDocument] = []
  private(set) var projects: [SourceDocument] = []
  private(set) var clusters: [SourceDocument] = []
  private(set) var repositories: [SourceDocument] = []
  /// Those that are not Argo CD's own, by name: generators refer to them.
  private(set) var configMaps: [String: SourceDocument] = [:]
  private(set) var others: [Other] = []

  /// The label by which Argo CD knows its Secrets.
  private static let secretType = "argocd.argoproj.io/secret-type"

  init(_ documents: [SourceDocument], namespace: String?) {
    for document in documents where namespace.map({ ["", $0].contains(document.namespace) }) ?? true {
      switch (document.group, document.kind) {
      case ("argoproj.io", "ApplicationSet"): sets.append(document)
      case ("argoproj.io", "AppProject"): projects.append(document)
      case ("argoproj.io", "Application"):
        others.append(
          Other(
            document: document, why: "\(document.title) is made by no ApplicationSet",
            hint: "put it into an ApplicationSet with a list generator of one element"))
      case ("", "Secret"):
        switch document.labels[Self.secretType] {
        case "cluster"?: clusters.append(document)
        case "repository"?, "repo-creds"?, "repository-write"?, "repo-write-creds"?: repositories.append(document)
        default: break
        }
      case ("", "ConfigMap") where document.labels["app.kubernetes.io/part-of"] == "argocd":
        others.append(
          Other(
            document: document, why: "\(document.title) holds settings of Argo CD's own programs",
            hint: "docs/guides/operate.md says how Flotilla's controller is set up"))
      case ("", "ConfigMap"): configMaps[document.name] = document
      default: break
      }
    }
  }

  var isEmpty: Bool { sets.isEmpty && projects.isEmpty && clusters.isEmpty && repositories.isEmpty && others.isEmpty }

  /// A set has one document.
  func refuseNamesakes(_ book: inout ImportBook) {
    var places: [String: String] = [:]
    for set in sets {
      let place = "\(set.file):\(set.node.position?.line ?? 0)"
      guard let earlier = places.updateValue(place, forKey: set.name) else { continue }
      book.refuse(
        set, "metadata.name", "\(set.title) is already described at \(earlier)",
        hint: "remove one of them, or give it another name")
    }
  }

  /// Whose the documents will be: an ApplicationSet's project is its namespace, and it sees the clusters and repositories
  /// of its project only.
  func project(_ options: ImportOptions) throws(DiagnosticsError) -> ProjectName {
    if let project = options.project { return project }
    let namespaces = Set(sets.map(\.namespace)).sorted()
    guard namespaces.count > 1 else {
      return ProjectName(namespaces.first.flatMap { $0.isEmpty ? nil : $0 } ?? "default")
    }
    throw DiagnosticsError([
      Diagnostic(
        message: "the ApplicationSets stand in several namespaces: "
          + namespaces.map { $0.isEmpty ? "none" : $0 }.joined(separator: ", "),
        hint: "clusters and repositories belong to one project: import one namespace with --namespace NAME, or put all "
          + "into one with --project NAME")
    ])
  }
}
