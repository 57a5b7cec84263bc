import FleetDocuments
import FleetPorts
import FoundationEssentials
import Manifest

// The providers of ApplicationSets, by the names that documents have for them (GENERATORS 2.7 and 2.8).
extension ForgeSource {
  /// A provider of repositories with a session.
  func repositories(
    _ provider: ScmProvider, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> (any Forge, ForgeSession) {
    let fields = ProviderSettings(provider)
    switch provider.kind {
    case "github":
      let forge = try GitHub(fields, owner: fields.text("organization"))
      return (forge, try await gitHub(forge, fields, asker))
    case "gitlab":
      let forge = try GitLab(fields, group: fields.text("group"))
      return (forge, try await gitLab(forge, fields, asker))
    case "gitea":
      let forge = try Gitea(fields, owner: fields.text("owner"))
      return (forge, try await gitea(forge, fields, asker))
    case "bitbucket":
      let forge = try BitbucketCloud(fields, owner: fields.text("owner"))
      let opener = opener(asker)
      let password = try await opener.value(
        of: fields.reference("appPasswordRef"), for: forge.api, publicAPI: BitbucketCloud.publicAPI)
      let authorization = Authorization.basic(user: fields.text("user"), password: password ?? "")
      return (forge, session(BitbucketCloud.name, forge.api, authorization, fields.reference("appPasswordRef")))
    case "bitbucketServer":
      let forge = try BitbucketServer(fields, project: fields.text("project"))
      return (forge, try await bitbucketServer(forge, fields, asker))
    case "azureDevOps":
      let forge = try AzureDevOps(fields, project: fields.text("teamProject"))
      return (forge, try await azureDevOps(forge, fields, fields.reference("accessTokenRef"), asker))
    case "awsCodeCommit": return try await codeCommit(fields, asker)
    default: throw unknown(provider.kind)
    }
  }

  /// A provider of pull requests with a session.
  func pullRequests(
    _ provider: ScmProvider, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> (any Forge, ForgeSession) {
    let fields = ProviderSettings(provider)
    switch provider.kind {
    case "github":
      let forge = try GitHub(fields, owner: fields.text("owner"), repository: fields.text("repo"))
      return (forge, try await gitHub(forge, fields, asker))
    case "gitlab":
      let forge = try GitLab(fields, project: fields.text("project"))
      return (forge, try await gitLab(forge, fields, asker))
    case "gitea":
      let forge = try Gitea(fields, owner: fields.text("owner"), repository: fields.text("repo"))
      return (forge, try await gitea(forge, fields, asker))
    case "bitbucket":
      let forge = try BitbucketCloud(fields, owner: fields.text("owner"), repository: fields.text("repo"))
      return (forge, try await atlassian(BitbucketCloud.name, forge.api, BitbucketCloud.publicAPI, fields, asker))
    case "bitbucketServer":
      let forge = try BitbucketServer(fields, project: fields.text("project"), repository: fields.text("repo"))
      return (forge, try await bitbucketServer(forge, fields, asker))
    case "azuredevops":
      let forge = try AzureDevOps(fields, project: fields.text("project"), repository: fields.text("repo"))
      return (forge, try await azureDevOps(forge, fields, fields.reference("tokenRef"), asker))
    default: throw unknown(provider.kind)
    }
  }

  private func unknown(_ kind: String) -> GeneratorSourceError {
    GeneratorSourceError(.invalid, "the provider \"\(kind)\" is not known")
  }

  // MARK: Accounts

  private func gitHub(
    _ forge: GitHub, _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let name = fields.text("appSecretName")
    if !name.isEmpty {
      let secret = try await opener(asker).secret(named: name, for: forge.api, publicAPI: GitHub.publicAPI)
      let app = try GitHubApp(secret, name: name)
      let reference = SecretReference(name: name, key: "")
      let token = try await appTokens.token(for: "\(asker.project) \(name) \(forge.api) \(app.app) \(app.installation)")
      {
        () throws(GeneratorSourceError) in
        let statement = try app.statement(now: Int64(Date.now.timeIntervalSince1970))
        let asking = session(GitHub.name, forge.api, .bearer(statement), reference)
        return try await asking.value(app.tokenRequest(forge.api)) { (reply) throws(GeneratorSourceError) in
          try reply.json().text("token")
        }
      }
      return session(GitHub.name, forge.api, GitHub.authorization(token: token), reference)
    }
    let token = try await opener(asker).value(
      of: fields.reference("tokenRef"), for: forge.api, publicAPI: GitHub.publicAPI)
    return session(GitHub.name, forge.api, GitHub.authorization(token: token), fields.reference("tokenRef"))
  }

  private func gitLab(
    _ forge: GitLab, _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let opener = opener(asker)
    let token = try await opener.value(
      of: fields.reference("tokenRef"), for: forge.api, publicAPI: GitLab.publicAPI)
    return session(
      GitLab.name, forge.api, GitLab.authorization(token: token), fields.reference("tokenRef"),
      tls: try await opener.tls(fields))
  }

  private func gitea(
    _ forge: Gitea, _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let opener = opener(asker)
    let token = try await opener.value(of: fields.reference("tokenRef"), for: forge.api)
    return session(
      Gitea.name, forge.api, Gitea.authorization(token: token), fields.reference("tokenRef"),
      tls: try await opener.tls(fields))
  }

  private func bitbucketServer(
    _ forge: BitbucketServer, _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    try await atlassian(BitbucketServer.name, forge.api, nil, fields, asker)
  }

  /// `basicAuth` or `bearerToken`, or nobody.
  private func atlassian(
    _ name: String, _ url: ForgeURL, _ publicAPI: String?, _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let opener = opener(asker)
    let tls = try await opener.tls(fields)
    if let reference = fields.reference("bearerToken", "tokenRef") {
      let token = try await opener.value(of: reference, for: url, publicAPI: publicAPI) ?? ""
      return session(name, url, .bearer(token), reference, tls: tls)
    }
    guard let reference = fields.reference("basicAuth", "passwordRef") else {
      return session(name, url, .none, nil, tls: tls)
    }
    let password = try await opener.value(of: reference, for: url, publicAPI: publicAPI) ?? ""
    let user = fields.node["basicAuth", "username"]?.string ?? ""
    return session(name, url, .basic(user: user, password: password), reference, tls: tls)
  }

  private func azureDevOps(
    _ forge: AzureDevOps, _ fields: ProviderSettings, _ reference: SecretReference?, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let token = try await opener(asker).value(
      of: reference, for: forge.api, publicAPI: AzureDevOps.publicAPI)
    return session(AzureDevOps.name, forge.api, AzureDevOps.authorization(token: token), reference)
  }

  /// ApplicationSets say nothing of AWS's keys, because Argo CD takes those of its Pod: here they are a credential of a
  /// fixed name.
  private func codeCommit(
    _ fields: ProviderSettings, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> (any Forge, ForgeSession) {
    let opener = opener(asker)
    let name = "aws-codecommit"
    // Every server of AWS may see a signature, which is of use for one request.
    let anyServer = "https://codecommit.amazonaws.com"
    let secret = try await opener.secret(named: name, for: try ForgeURL(anyServer), publicAPI: anyServer)
    guard let identifier = secret.values["accessKeyId"], let key = secret.values["secretAccessKey"] else {
      throw GeneratorSourceError(
        .credential, "credential \"\(name)\" has no accessKeyId and secretAccessKey",
        hint: "flotilla credential set \(name) --data accessKeyId=FILE --data secretAccessKey=FILE")
    }
    let region = fields.text("region").isEmpty ? secret.values["region"] ?? "" : fields.text("region")
    var keys = AWSKeys(accessKeyID: identifier, secretAccessKey: key, sessionToken: secret.values["sessionToken"])
    func session(_ service: String) throws(GeneratorSourceError) -> ForgeSession {
      self.session(
        CodeCommit.name, try CodeCommit.endpoint(service, region: region),
        .signed(keys, region: region, service: service), SecretReference(name: name, key: ""))
    }
    if !fields.text("role").isEmpty {
      let asking = try session("sts")
      keys = try await asking.value(
        AssumedRole.request(fields.text("role"), at: asking.account.base), read: AssumedRole.keys)
    }
    let filters = CodeCommit.tagFilters(fields)
    let main = try session("codecommit")
    let forge = CodeCommit(
      api: main.account.base, tagging: filters.isEmpty ? nil : try session("tagging"), tagFilters: filters,
      takesAllBranches: fields.flag("allBranches"))
    return (forge, main)
  }
}
