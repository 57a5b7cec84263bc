public import FleetModel
public import FleetPorts

extension CredentialVault: CredentialReader {
  /// The credential to fetch a repository with; nil when there is none of this name.
  ///
  /// - Throws: ``SecretError`` when it cannot be opened, or is not one for Git.
  public func sourceCredential(named name: String, in project: ProjectName) async throws -> SourceCredential? {
    switch try await credential(name, in: project) {
    case nil: return nil
    case .basic(let user, let secret): return .password(user: user, password: secret)
    case .ssh(_, let privateKey, let knownHosts): return .ssh(privateKey: privateKey, knownHosts: knownHosts)
    case .kubeconfig, .webhookSecret, .secret:
      throw SecretError("credential \"\(name)\" is not one for Git: store a user with a token, or an ssh key")
    }
  }
}
