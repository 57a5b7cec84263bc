import Crypto
import FleetClient
public import FleetModel
import Foundation

/// What an agent outside a cluster keeps in its folder: its private key and which cluster it is.
public struct AgentState: Sendable {
  /// Why the folder cannot be used.
  public struct StateError: Error, Sendable, CustomStringConvertible {
    /// The file, and what is wrong with it.
    public let description: String
  }

  private struct Membership: Codable {
    var controller: String
    var cluster: ClusterID
    var clusterName: ClusterName
  }

  /// The folder, readable by its owner only.
  public let folder: String
  private let key: Curve25519.Signing.PrivateKey

  /// Opens a folder, and makes it and the key at the first start.
  ///
  /// - Throws: a `StateError` naming the file.
  public init(folder: String) throws(StateError) {
    self.folder = folder
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw StateError(description: "\(folder): cannot make the folder: \(error.localizedDescription)") }
    let path = folder + "/agent.key"
    if let stored = FileManager.default.contents(atPath: path) {
      let text = String(decoding: stored, as: UTF8.self).filter { !$0.isWhitespace }
      guard let raw = Data(base64Encoded: text), let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
      else {
        throw StateError(
          description: "\(path): not an Ed25519 key in base64; restore it, or remove the folder and join again with a "
            + "token of `flotilla cluster token NAME --rejoin`")
      }
      self.key = key
    } else {
      key = Curve25519.Signing.PrivateKey()
      try PrivateFile.write(key.rawRepresentation.base64EncodedString() + "\n", to: path)
    }
  }

  /// The raw public key in base64.
  public var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

  /// Signs a text.
  public func sign(_ text: String) throws -> [UInt8] { Array(try key.signature(for: Data(text.utf8))) }

  /// The cluster that this key was accepted for by this controller; nil before the join.
  ///
  /// Of several addresses, separated by commas, one that was given at the last start is enough: they are remembered
  /// instead of those of then, so that a fleet can move from one to another.
  public func cluster(of controller: String) throws(StateError) -> ClusterID? {
    guard let data = FileManager.default.contents(atPath: membershipPath),
      let membership = try? JSONDecoder().decode(Membership.self, from: data),
      !Set(ControllerAddresses.split(membership.controller)).isDisjoint(with: ControllerAddresses.split(controller))
    else { return nil }
    if membership.controller != controller {
      try remember(membership.cluster, name: membership.clusterName, of: controller)
    }
    return membership.cluster
  }

  /// Remembers which cluster the agent is.
  public func remember(_ cluster: ClusterID, name: ClusterName, of controller: String) throws(StateError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let membership = Membership(controller: controller, cluster: cluster, clusterName: name)
    guard let data = try? encoder.encode(membership) else { return }
    try PrivateFile.write(String(decoding: data, as: UTF8.self) + "\n", to: membershipPath)
  }

  private var membershipPath: String { folder + "/cluster.json" }
}

/// Files that only their owner may read, replaced as a whole.
enum PrivateFile {
  static func write(_ text: String, to path: String) throws(AgentState.StateError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    defer { close(descriptor) }
    do {
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
    } catch { throw failure(path) }
    guard rename(temporary, path) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> AgentState.StateError {
    .init(description: "\(path): cannot write: \(String(cString: strerror(errno)))")
  }
}
