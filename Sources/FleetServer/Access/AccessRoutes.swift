import FleetAPI
import FleetController
import FleetModel
import FleetPorts

/// Tokens, credentials, and who the caller is.
struct AccessRoutes: Sendable {
  let store: any ControlStore
  let vault: CredentialVault
  let authenticator: Authenticator

  var handlers: [String: Handler] {
    [
      Routes.createToken.id: createToken,
      Routes.listTokens.id: listTokens,
      Routes.revokeToken.id: revokeToken,
      Routes.whoAmI.id: whoAmI,
      Routes.setCredential.id: setCredential,
    ]
  }

  @Sendable private func createToken(_ call: Call) async throws -> Reply {
    let request = try call.decode(TokenRequest.self)
    guard LabelText.isName(request.name), request.name != Principal.flotilla.name else {
      throw ErrorEnvelope(
        code: .invalid, message: "\"\(request.name)\" cannot be a token's name", field: "name",
        hint: "give lower-case letters, digits, - and ., but not \"flotilla\"")
    }
    if let seconds = request.expiresInSeconds, !(60...315_360_000).contains(seconds) {
      throw ErrorEnvelope(
        code: .invalid, message: "expiresInSeconds is \(seconds)", field: "expiresInSeconds",
        hint: "give 60 (a minute) to 315360000 (ten years), or nothing for a token that does not expire")
    }
    if request.dryRun == true {
      guard try await !store.tokens().contains(where: { $0.name == request.name }) else {
        throw ErrorEnvelope(
          code: .conflict, message: "there is a token '\(request.name)' already; revoke it first", field: "name")
      }
      return try .json(TokenCreated(token: "", name: request.name, right: request.right), status: 201)
    }
    let token = TokenHasher.makeToken()
    let principal = Principal(
      name: request.name, groups: request.groups ?? [], gitIdentities: request.gitIdentities ?? [],
      right: request.right.portRight)
    _ = try await store.createToken(
      principal, tokenHash: TokenHasher.hash(token), expiresIn: request.expiresInSeconds.map { .seconds($0) },
      cause: call.cause(request.reason))
    return try .json(TokenCreated(token: token, name: request.name, right: request.right), status: 201)
  }

  @Sendable private func listTokens(_ call: Call) async throws -> Reply {
    let tokens = try await store.tokens().map { principal in
      TokenResource(
        name: principal.name, right: AccessRight(principal.right), groups: principal.groups,
        gitIdentities: principal.gitIdentities)
    }
    return try .json(ListPage(items: tokens, next: nil))
  }

  @Sendable private func revokeToken(_ call: Call) async throws -> Reply {
    let name = call.parameter("name")
    if try call.flag("dryRun") {
      guard try await store.tokens().contains(where: { $0.name == name }) else {
        throw ErrorEnvelope(
          code: .notFound, message: "there is no token '\(name)'", hint: "flotilla token list lists them")
      }
      return try .json(Acknowledgement(message: "token \(name) would be revoked"))
    }
    try await store.revokeToken(named: name, cause: call.cause(nil))
    authenticator.principals.removeAll()
    return try .json(Acknowledgement(message: "token \(name) was revoked"))
  }

  @Sendable private func whoAmI(_ call: Call) async throws -> Reply {
    let principal = call.principal
    return try .json(
      WhoAmI(
        name: principal.name, right: AccessRight(principal.right), groups: principal.groups,
        gitIdentities: principal.gitIdentities))
  }

  @Sendable private func setCredential(_ call: Call) async throws -> Reply {
    let name = call.parameter("name")
    guard LabelText.isName(name) else {
      throw ErrorEnvelope(
        code: .invalid, message: "\"\(name)\" cannot be a credential's name", field: "name",
        hint: "give lower-case letters, digits, - and .")
    }
    let request = try call.decode(CredentialRequest.self)
    let credential = try CredentialReading.credential(request)
    if request.dryRun == true { return try .json(Acknowledgement(message: "credential \(name) would be stored")) }
    try await vault.set(credential, as: name, in: call.project, cause: call.cause(request.reason))
    return try .json(Acknowledgement(message: "credential \(name) was stored"))
  }
}

extension AccessRight {
  /// A right in the words of the API.
  init(_ right: Principal.Right) { self = AccessRight(rawValue: right.rawValue) ?? .read }
}
