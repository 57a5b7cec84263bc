public import FleetModel
public import FleetPorts

/// What generators refer to by name: stored secrets, opened, and ConfigMaps.
public struct StoredReferences: ReferenceReader {
  private let vault: CredentialVault
  private let store: any DocumentStore

  /// Makes a reader.
  public init(vault: CredentialVault, store: any DocumentStore) {
    self.vault = vault
    self.store = store
  }

  /// A secret; nil when there is none of this name.
  ///
  /// - Throws: ``SecretError`` when it cannot be opened, or is a credential for something else; `StoreError`.
  public func secret(named name: String, in project: ProjectName) async throws -> StoredSecret? {
    switch try await vault.credential(name, in: project) {
    case nil: return nil
    case .secret(let values, let hosts): return StoredSecret(values: values, hosts: hosts)
    case .some(let other):
      throw SecretError("it is a \(other.kind) credential, not one with keys: store it with --data KEY=FILE")
    }
  }

  /// The data of a ConfigMap; nil when there is none of this name.
  public func configMap(named name: String, in project: ProjectName) async throws -> [String: String]? {
    try await store.configMap(name, in: project)?.configMap.data
  }
}
