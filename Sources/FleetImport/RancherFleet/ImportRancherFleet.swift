public import FleetModel
internal import Manifest

/// The folders that stand in for Git repositories, in which `fleet.yaml` files are looked for.
public struct ImportCheckouts: Sendable {
  /// A folder with the name that its files have in messages.
  public struct Folder: Sendable {
    /// The files.
    public var tree: any SourceTree
    /// The folder's name.
    public var name: String

    /// Makes a folder.
    public init(tree: any SourceTree, name: String) {
      self.tree = tree
      self.name = name
    }
  }

  /// Folders by the URL of their repository.
  public var byURL: [String: Folder]
  /// The folder for every other repository; nil for none.
  public var fallback: Folder?

  /// Makes checkouts.
  public init(byURL: [String: Folder] = [:], fallback: Folder? = nil) {
    self.byURL = byURL
    self.fallback = fallback
  }
}

/// Takes over what Rancher Fleet's fleet is made of: a FleetSet for every bundle that a GitRepo's paths and the
/// `fleet.yaml` files in them make, Repository documents, and Cluster documents without what is secret in them
/// (decision 29).
///
/// - Throws: `DiagnosticsError` when the documents cannot be of one project, there is none, or one is not valid: then with
///   everything that is wrong, and nothing else.
public func importRancherFleet(
  _ files: [ImportFile], checkouts: ImportCheckouts, options: ImportOptions = ImportOptions()
) throws(DiagnosticsError) -> ImportResult {
  var book = ImportBook()
  let sources = RancherSources(
    ImportFile.documents(files, with: "fleet.cattle.io", &book), namespace: options.namespace)
  try sources.check(book)
  let project = options.project ?? .defaultProject
  book.step("flotilla apply -f FILE", in: project, "what stores the documents, before clusters join")
  let groups = ClusterGroups(sources.groups, &book)
  var repositories = RancherRepositories(project: project)
  var sets = RancherSets(project: project, groups: groups)
  for source in sources.gitRepos {
    let name = repositories.add(source, &book)
    noteGitRepo(source, &book)
    guard let url = source.field("spec.repo")?.string, let folder = checkouts.byURL[url] ?? checkouts.fallback else {
      book.leaveOut(
        source, "spec.paths", "the files of \(source.title) are not here, so its fleet.yaml files could not be read",
        hint: "give a checkout: --repository \(source.field("spec.repo")?.string ?? "URL")=FOLDER")
      continue
    }
    for bundle in Bundle.found(in: folder, of: source, &book) {
      sets.add(bundle, of: source, repository: name, &book)
    }
  }
  repositories.write(&book)
  importClusters(sources.clusters, project: project, usesKubeconfigs: options.usesKubeconfigs, &book)
  sets.write(&book)
  for other in sources.others { book.leaveOut(other.document, "", other.why, hint: other.hint) }
  return try book.result()
}

/// Rancher Fleet's documents by what they are.
private struct RancherSources {
  struct Other {
    var document: SourceDocument
    var why: String
    var hint: String
  }

  private(set) var gitRepos: [SourceDocument] = []
  private(set) var groups: [SourceDocument] = []
  private(set) var clusters: [SourceDocument] = []
  private(set) var others: [Other] = []

  /// What has no place here, by kind. Kinds that Fleet's own programs write stand for nothing that somebody wants.
  private static let withoutPlace: [String: (why: String, hint: String)] = [
    "Bundle": (
      "a bundle without a GitRepo holds its manifests itself",
      "commit the manifests to a repository, and write a FleetSet for their directory"
    ),
    "HelmOp": ("charts are taken from Git only", "commit the chart, and write a FleetSet with source.helm for it"),
    "GitRepoRestriction": (
      "what GitRepos may do is not limited by namespace",
      "give the project only the Repository documents and clusters it may use, and the agents only the rights they need"
    ),
    "BundleNamespaceMapping": (
      "sets see the clusters of their own project only", "write the set once for each project"
    ),
    "ImageScan": (
      "images are not looked for in registries", "let another program write new tags into the repository"
    ),
    "Schedule": (
      "which clusters a schedule is about is not said by a window",
      "write a Window document with its schedule, and name it in spec.rollout.windows of the sets"
    ),
  ]

  init(_ documents: [SourceDocument], namespace: String?) {
    for document in documents where document.group == "fleet.cattle.io" {
      guard namespace.map({ ["", $0].contains(document.namespace) }) ?? true else { continue }
      switch document.kind {
      case "GitRepo": gitRepos.append(document)
      case "ClusterGroup": groups.append(document)
      case "Cluster": clusters.append(document)
      case "Bundle" where document.labels["fleet.cattle.io/repo-name"] != nil: break
      default:
        guard let (why, hint) = Self.withoutPlace[document.kind] else { break }
        others.append(Other(document: document, why: "\(document.title): \(why)", hint: hint))
      }
    }
  }

  /// Refuses what is nothing, or of several workspaces: a GitRepo sees the clusters of its own namespace only.
  func check(_ book: ImportBook) throws(DiagnosticsError) {
    guard !(gitRepos.isEmpty && groups.isEmpty && clusters.isEmpty && others.isEmpty) else {
      _ = try book.result()
      throw DiagnosticsError([
        Diagnostic(
          message: "there is no GitRepo, ClusterGroup or Cluster of Rancher Fleet in the files",
          hint: "export them: kubectl -n fleet-default get gitrepos,clustergroups,clusters.fleet.cattle.io -o yaml")
      ])
    }
    let namespaces = Set((gitRepos + groups + clusters).map(\.namespace)).subtracting([""]).sorted()
    guard namespaces.count > 1 else { return }
    throw DiagnosticsError([
      Diagnostic(
        message: "the documents stand in several namespaces: \(namespaces.joined(separator: ", "))",
        hint: "a GitRepo sees its own namespace only: import one after the other with --namespace NAME, each into a "
          + "project with --project NAME")
    ])
  }
}
