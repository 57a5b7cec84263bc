public import FleetModel
public import FleetPorts
import FoundationEssentials

/// Credentials in the store, sealed. Called by the API to set one, by the controller's loops to use one.
public struct CredentialVault: Sendable {
  private let store: any AccessStore
  private let box: SecretBox

  /// Makes a vault over a store.
  public init(store: any AccessStore, box: SecretBox) {
    self.store = store
    self.box = box
  }

  /// The credential of a name; nil when there is none.
  ///
  /// - Throws: `StoreError`, or ``SecretError`` when it does not open.
  public func credential(_ name: String, in project: ProjectName) async throws -> Credential? {
    guard let row = try await store.credential(name, in: project) else { return nil }
    let opened = try box.open(row.sealed, keyID: row.keyID, for: Self.place(name, project))
    do {
      return try JSONDecoder().decode(Credential.self, from: Data(opened))
    } catch {
      // The decoder's error may quote the text, so it is not passed on.
      throw SecretError("the credential \(name) of project \(project) was stored by another version; set it again")
    }
  }

  /// Stores a credential under a name, over an older one.
  ///
  /// - Throws: `StoreError`, or ``SecretError`` when it cannot be sealed.
  public func set(_ credential: Credential, as name: String, in project: ProjectName, cause: ChangeCause) async throws {
    let text = try Array(JSONEncoder().encode(credential))
    let (sealed, keyID) = try box.seal(text, for: Self.place(name, project))
    try await store.setCredential(name, in: project, sealed: sealed, keyID: keyID, cause: cause)
  }

  private static func place(_ name: String, _ project: ProjectName) -> String { "credential/\(project)/\(name)" }
}
