public import FleetAPI

extension ControllerClient {
  /// Events of the past: those after a position, or with `newestFirst` those before it.
  public func pastEvents(
    in project: String, _ selection: EventSelection = .init(), after: String? = nil, newestFirst: Bool = false,
    limit: Int? = nil
  ) async throws -> ListPage<EventResource> {
    try await call(
      Routes.listEvents, project,
      query: selection.query + [
        ("after", after), ("newestFirst", newestFirst ? "true" : nil), ("limit", limit.map(String.init)),
      ])
  }

  /// Stores a secret under a name.
  public func setCredential(
    _ name: String, _ request: CredentialRequest, in project: String
  ) async throws -> Acknowledgement {
    try await call(Routes.setCredential, project, name, body: request)
  }

  /// Makes a token; its secret is in the answer, and only there.
  public func createToken(_ request: TokenRequest) async throws -> TokenCreated {
    try await call(Routes.createToken, body: request)
  }

  /// All tokens, without their secrets.
  public func tokens() async throws -> ListPage<TokenResource> { try await call(Routes.listTokens) }

  /// Revokes a token.
  public func revokeToken(_ name: String, reason: String?, dryRun: Bool) async throws -> Acknowledgement {
    try await call(Routes.revokeToken, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Whose token this client shows.
  public func whoAmI() async throws -> WhoAmI { try await call(Routes.whoAmI) }

  /// Which program answers.
  public func version() async throws -> VersionResource { try await call(Routes.version) }
}
