import FleetPorts
import Manifest
import NIOSSL

/// Opens what generators refer to, for the server that it is for.
struct ForgeReferences: Sendable {
  let reader: any ReferenceReader
  let asker: GeneratorAsker

  /// The value of a secret's key; nil when no reference is given.
  ///
  /// A set's author chooses both the server and the reference, so that a token would go wherever somebody writes; who
  /// stored it has said where it may go.
  ///
  /// - Parameter publicAPI: the address that every token of the provider may be sent to.
  func value(
    of reference: SecretReference?, for url: ForgeURL, publicAPI: String? = nil
  ) async throws(GeneratorSourceError) -> String? {
    guard let reference else { return nil }
    let secret = try await secret(named: reference.name, for: url, publicAPI: publicAPI)
    guard let value = secret.values[reference.key], !value.isEmpty else {
      let keys = secret.values.keys.sorted().joined(separator: ", ")
      throw GeneratorSourceError(
        .credential, "credential \"\(reference.name)\" has no key \"\(reference.key)\"", hint: "it has \(keys)")
    }
    return value
  }

  /// A secret that may be sent to a server.
  func secret(
    named name: String, for url: ForgeURL, publicAPI: String? = nil
  ) async throws(GeneratorSourceError) -> StoredSecret {
    let store = "flotilla credential set \(name) --data KEY=FILE --host \(url.host)"
    let found: StoredSecret?
    do {
      found = try await reader.secret(named: name, in: asker.project)
    } catch {
      throw GeneratorSourceError(.credential, "credential \"\(name)\" cannot be used: \(error)", hint: store)
    }
    guard let secret = found else {
      throw GeneratorSourceError(
        .credential, "there is no credential \"\(name)\" in project \(asker.project)", hint: "store it: \(store)")
    }
    let isPublic = publicAPI.flatMap { try? ForgeURL($0) }.map(url.isSameOrigin) ?? false
    guard secret.hosts.contains(url.host) || (secret.hosts.isEmpty && isPublic) else {
      throw GeneratorSourceError(
        .notAllowed, "credential \"\(name)\" may not be sent to \(url.host)",
        hint: "who stored it says where it may go: \(store)")
    }
    return secret
  }

  /// How the server's certificate is checked; nil for as usual.
  func tls(_ settings: ProviderSettings) async throws(GeneratorSourceError) -> TLSConfiguration? {
    let authorities = settings.node["caRef"]
    guard settings.flag("insecure") || authorities?.object != nil else { return nil }
    var tls = TLSConfiguration.makeClientConfiguration()
    if settings.flag("insecure") { tls.certificateVerification = .none }
    if let name = authorities?["configMapName"]?.string, let key = authorities?["key"]?.string {
      let found: [String: String]?
      do {
        found = try await reader.configMap(named: name, in: asker.project)
      } catch {
        throw GeneratorSourceError(.credential, "ConfigMap \"\(name)\" cannot be read: \(error)")
      }
      guard let text = found?[key] else {
        throw GeneratorSourceError(
          .credential, "there is no ConfigMap \"\(name)\" with the key \"\(key)\" in project \(asker.project)",
          hint: "apply it: flotilla apply -f FILE")
      }
      guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)) else {
        throw GeneratorSourceError(
          .credential, "the key \"\(key)\" of ConfigMap \"\(name)\" holds no certificates in PEM")
      }
      tls.additionalTrustRoots = [.certificates(certificates)]
    }
    return tls
  }
}
