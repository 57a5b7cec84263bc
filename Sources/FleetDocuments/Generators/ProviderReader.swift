internal import FleetModel
internal import Manifest

extension GeneratorReader {
  /// `scmProvider` (GENERATORS 2.7).
  func scmProvider(_ map: MapReader) -> Generator? {
    let filters = map.optional("filters")?.list()?.compactMap { field in
      MapReader.read(field) { filter in
        ScmProviderGenerator.Filter(
          repositoryMatch: filter.optional("repositoryMatch")?.text(),
          pathsExist: filter.optional("pathsExist")?.texts() ?? [],
          pathsDoNotExist: filter.optional("pathsDoNotExist")?.texts() ?? [],
          labelMatch: filter.optional("labelMatch")?.text(), branchMatch: filter.optional("branchMatch")?.text())
      }
    }
    return .scmProvider(
      ScmProviderGenerator(
        provider: provider(map, ProviderFields.repositories),
        cloneProtocol: map.optional("cloneProtocol")?.cloneProtocol() ?? "", filters: filters ?? [],
        values: map.values(), requeueAfter: map.requeueAfter()))
  }

  /// `pullRequest` (GENERATORS 2.8).
  func pullRequest(_ map: MapReader) -> Generator? {
    let filters = map.optional("filters")?.list()?.compactMap { field in
      MapReader.read(field) { filter in
        PullRequestGenerator.Filter(
          branchMatch: filter.optional("branchMatch")?.text(),
          targetBranchMatch: filter.optional("targetBranchMatch")?.text(),
          titleMatch: filter.optional("titleMatch")?.text())
      }
    }
    return .pullRequest(
      PullRequestGenerator(
        provider: provider(map, ProviderFields.pullRequests), filters: filters ?? [],
        continuesWithoutRepository: map.optional("continueOnRepoNotFoundError")?.boolean() ?? false,
        values: map.values(), requeueAfter: map.requeueAfter()))
  }

  /// `clusterDecisionResource` (GENERATORS 2.9).
  func clusterDecision(_ map: MapReader) -> Generator? {
    let configMap = map.required("configMapRef", hint: "the name of the ConfigMap that describes the resource")
    let name = map.optional("name")
    let written = map.optional("labelSelector")
    // An empty selector beside a name is what a server writes for none.
    let selector = name != nil && written?.node.object?.isEmpty == true ? nil : written
    if (name == nil) == (selector == nil) {
      map.field.error("give exactly one of name and labelSelector", hint: "they say which resources are read")
    }
    return .clusterDecisionResource(
      ClusterDecisionGenerator(
        configMap: configMap?.nonEmptyText() ?? "", name: name?.nonEmptyText() ?? "",
        labelSelector: selector?.selector(), values: map.values(), requeueAfter: map.requeueAfter()))
  }

  /// `plugin` (GENERATORS 2.9).
  func plugin(_ map: MapReader) -> Generator? {
    let reference = map.required("configMapRef", hint: "write configMapRef: {name: …}")
    let configMap = reference.flatMap { field in
      MapReader.read(field) { $0.required("name")?.nonEmptyText() }
    }
    let parameters = map.optional("input").flatMap { field in
      MapReader.read(field) { input -> Node? in
        let parameters = input.optional("parameters")
        if let parameters, parameters.node.object == nil { parameters.expected("a map") }
        return parameters?.node
      }
    }
    return .plugin(
      PluginGenerator(
        configMap: (configMap ?? nil) ?? "", parameters: (parameters ?? nil) ?? [:], values: map.values(),
        requeueAfter: map.requeueAfter()))
  }

  /// Exactly one of the providers, with the fields that it has.
  private func provider(_ map: MapReader, _ providers: [(kind: String, fields: [ProviderField])]) -> ScmProvider? {
    let written = providers.filter { map.optional($0.kind) != nil }
    let kinds = providers.map(\.kind).joined(separator: ", ")
    guard let (kind, fields) = written.first, let field = map.optional(kind) else {
      map.reportMissing(providers.map(\.kind)) {
        map.field.error("no provider is given", hint: "give one of \(kinds)")
      }
      return nil
    }
    if written.count > 1 {
      map.field.error("\(written.count) providers are given", hint: "give exactly one of \(kinds)")
    }
    _ = MapReader.read(field) { map in for known in fields { known.check(map) } }
    return ScmProvider(kind: kind, configuration: field.node)
  }
}

extension FieldReader {
  fileprivate func cloneProtocol() -> String? {
    guard let text = text() else { return nil }
    let known = ["ssh", "https", "https-fips"]
    if !text.isEmpty, !known.contains(text), !text.contains("{{") {
      error("\(found) is not known", hint: "give one of \(known.joined(separator: ", "))")
    }
    return text
  }
}

/// A field of a provider.
struct ProviderField {
  enum Shape {
    case text
    case flag
    case texts
    /// A key of a Secret.
    case secret
    /// A key of a ConfigMap.
    case configMap
    /// A user's name with the key of a Secret.
    case basicAuth
    /// A token's key of a Secret.
    case bearerToken
    /// Keys with values.
    case tags
    /// One of these words; or nothing.
    case word([String])
  }

  var name: String
  var shape: Shape
  var isRequired = false

  func check(_ map: MapReader) {
    guard let field = isRequired ? map.required(name) : map.optional(name) else { return }
    switch shape {
    case .text: _ = isRequired ? field.nonEmptyText() : field.text()
    case .flag: _ = field.boolean()
    case .texts: _ = field.texts()
    case .secret: field.fields(["secretName", "key"])
    case .configMap: field.fields(["configMapName", "key"])
    case .basicAuth:
      _ = MapReader.read(field) { inner in
        _ = inner.required("username")?.nonEmptyText()
        inner.required("passwordRef")?.fields(["secretName", "key"])
      }
    case .bearerToken:
      _ = MapReader.read(field) { $0.required("tokenRef")?.fields(["secretName", "key"]) }
    case .tags:
      for tag in field.list() ?? [] {
        _ = MapReader.read(tag) { inner in
          _ = inner.required("key")?.nonEmptyText()
          _ = inner.optional("value")?.text()
        }
      }
    case .word(let words):
      if let text = field.text(), !text.isEmpty, !words.contains(text), !text.contains("{{") {
        field.error("\(field.found) is not known", hint: "give one of \(words.joined(separator: ", "))")
      }
    }
  }
}

extension FieldReader {
  /// A map of which every field is a required text.
  fileprivate func fields(_ names: [String]) {
    _ = MapReader.read(self) { map in for name in names { _ = map.required(name)?.nonEmptyText() } }
  }
}

/// The fields of the providers, as Argo CD has them.
enum ProviderFields {
  private static func required(_ name: String, _ shape: ProviderField.Shape = .text) -> ProviderField {
    ProviderField(name: name, shape: shape, isRequired: true)
  }

  private static func optional(_ name: String, _ shape: ProviderField.Shape = .text) -> ProviderField {
    ProviderField(name: name, shape: shape)
  }

  private static let api = optional("api")
  private static let ownServer = required("api")
  private static let token = optional("tokenRef", .secret)
  private static let insecure = optional("insecure", .flag)
  private static let authorities = optional("caRef", .configMap)
  private static let labels = optional("labels", .texts)
  private static let allBranches = optional("allBranches", .flag)
  private static let basicAuth = optional("basicAuth", .basicAuth)
  private static let bearerToken = optional("bearerToken", .bearerToken)

  static let repositories: [(kind: String, fields: [ProviderField])] = [
    (
      "github",
      [
        required("organization"), api, token, optional("appSecretName"), allBranches,
        optional("excludeArchivedRepos", .flag),
      ]
    ),
    (
      "gitlab",
      [
        required("group"), api, token, allBranches, insecure, authorities, optional("topic"),
        optional("includeSubgroups", .flag), optional("includeSharedProjects", .flag),
        optional("includeArchivedRepos", .flag),
      ]
    ),
    (
      "gitea",
      [required("owner"), ownServer, token, allBranches, insecure, optional("excludeArchivedRepos", .flag)]
    ),
    ("bitbucket", [required("owner"), required("user"), required("appPasswordRef", .secret), allBranches]),
    (
      "bitbucketServer",
      [required("project"), ownServer, basicAuth, bearerToken, allBranches, insecure, authorities]
    ),
    (
      "azureDevOps",
      [required("organization"), required("teamProject"), required("accessTokenRef", .secret), api, allBranches]
    ),
    ("awsCodeCommit", [optional("region"), optional("role"), optional("tagFilters", .tags), allBranches]),
  ]

  static let pullRequests: [(kind: String, fields: [ProviderField])] = [
    ("github", [required("owner"), required("repo"), api, token, optional("appSecretName"), labels]),
    (
      "gitlab",
      [
        required("project"), api, token, labels, insecure, authorities,
        optional("pullRequestState", .word(["opened", "closed", "merged", "locked"])),
      ]
    ),
    ("gitea", [required("owner"), required("repo"), ownServer, token, insecure, labels]),
    (
      "bitbucketServer",
      [required("project"), required("repo"), ownServer, basicAuth, bearerToken, insecure, authorities]
    ),
    ("bitbucket", [required("owner"), required("repo"), api, basicAuth, bearerToken]),
    ("azuredevops", [required("organization"), required("project"), required("repo"), api, token, labels]),
  ]
}
