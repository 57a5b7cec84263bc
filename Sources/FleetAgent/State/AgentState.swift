import Crypto
import FleetClient
public import FleetModel
import Foundation
import Manifest

/// What an agent keeps beyond its process: its private key, which it makes itself, and which cluster it is.
public struct AgentState: Sendable {
  /// Why it cannot be read or kept.
  public struct StateError: Error, Sendable, CustomStringConvertible {
    /// The place, and what is wrong with it.
    public let description: String
  }

  /// Which cluster an agent is, and of which controllers.
  struct Membership: Codable, Sendable {
    var controller: String
    var cluster: ClusterID
    var clusterName: ClusterName
    /// The digest of the token that it joined with; nil of one that joined before this was kept.
    var token: FleetModel.Digest?

    /// Whether a token is another one than that of the join: somebody wants the agent to join again.
    func isOlder(than token: String) -> Bool { self.token.map { $0 != Self.digest(token) } ?? false }

    static func digest(_ token: String) -> FleetModel.Digest { FleetModel.Digest.sha256(Array(token.utf8)) }
  }

  private let home: any AgentHome
  private let key: Curve25519.Signing.PrivateKey
  private static let keyFile = "agent.key"
  private static let nextKeyFile = "agent-next.key"
  private static let membershipFile = "cluster.json"

  /// Reads what is kept, and makes the key at the first start.
  ///
  /// - Throws: a `StateError` naming the place.
  public init(in home: any AgentHome) async throws {
    self.home = home
    let text = try await home.text(of: Self.keyFile, orElse: Self.newKey())
    guard let key = Self.key(text) else { throw Self.broken(Self.keyFile, home) }
    self.key = key
  }

  private init(home: any AgentHome, key: Curve25519.Signing.PrivateKey) {
    self.home = home
    self.key = key
  }

  /// The same with another key, which is kept beside the present one until ``remember(_:name:of:token:)``: a join is
  /// answered before it is known whether the answer arrives, and then the same key has to be shown again.
  func withNextKey() async throws -> AgentState {
    var text = try await home.text(of: Self.nextKeyFile, orElse: Self.newKey())
    if Self.key(text)?.rawRepresentation == key.rawRepresentation {  // it is the one of the last time
      text = Self.newKey()
      try await home.write(text, to: Self.nextKeyFile)
    }
    guard let next = Self.key(text) else { throw Self.broken(Self.nextKeyFile, home) }
    return AgentState(home: home, key: next)
  }

  private static func newKey() -> String {
    Curve25519.Signing.PrivateKey().rawRepresentation.base64EncodedString() + "\n"
  }

  private static func key(_ text: String) -> Curve25519.Signing.PrivateKey? {
    Data(base64Encoded: text.filter { !$0.isWhitespace }).flatMap { try? .init(rawRepresentation: $0) }
  }

  private static func broken(_ file: String, _ home: any AgentHome) -> StateError {
    StateError(
      description: "\(home.place): \(file) is not an Ed25519 key in base64; restore it, or remove everything there and "
        + "join again with a token of `flotilla cluster token NAME --rejoin`")
  }

  /// Where it is kept, for people.
  var place: String { home.place }

  /// The raw public key in base64.
  public var publicKey: String { key.publicKey.rawRepresentation.base64EncodedString() }

  /// Signs a text.
  public func sign(_ text: String) throws -> [UInt8] { Array(try key.signature(for: Data(text.utf8))) }

  /// The cluster that this key was accepted for by this controller; nil before the join.
  public func cluster(of controller: String) async throws -> ClusterID? {
    try await membership(of: controller)?.cluster
  }

  /// The membership with this controller; nil before the join.
  ///
  /// Of several addresses, separated by commas, one that was given at the last start is enough: they are remembered
  /// instead of those of then, so that a fleet can move from one to another.
  func membership(of controller: String) async throws -> Membership? {
    guard let text = try await home.text(of: Self.membershipFile),
      var membership = try? JSONDecoder().decode(Membership.self, from: Data(text.utf8)),
      !Set(ControllerAddresses.split(membership.controller)).isDisjoint(with: ControllerAddresses.split(controller))
    else { return nil }
    if membership.controller != controller {
      membership.controller = controller
      try await keep(membership)
    }
    return membership
  }

  /// Remembers which cluster the agent is, and that it is with this key.
  ///
  /// - Parameter token: the token that it joined with; only its digest is kept.
  public func remember(
    _ cluster: ClusterID, name: ClusterName, of controller: String, token: String
  ) async throws {
    try await home.write(key.rawRepresentation.base64EncodedString() + "\n", to: Self.keyFile)
    try await keep(
      Membership(controller: controller, cluster: cluster, clusterName: name, token: Membership.digest(token)))
  }

  private func keep(_ membership: Membership) async throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let text = String(decoding: try encoder.encode(membership), as: UTF8.self)
    try await home.write(text + "\n", to: Self.membershipFile)
  }
}
