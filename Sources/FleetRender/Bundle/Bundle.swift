public import FleetModel
public import Manifest

/// The rendered manifests of a target: immutable, and the same bytes for the same manifests, however they were written.
public struct Bundle: Hashable, Sendable {
  /// The most bytes that the canonical JSON of a bundle's objects may have together.
  public static let limitBytes = 32 * 1024 * 1024

  /// The objects in canonical order: what others need first, then by kind, namespace and name.
  public let objects: [BundleObject]
  /// SHA-256 of the objects' digests, one a line.
  public let digest: FleetModel.Digest
  /// What of it a cluster might refuse.
  public let contents: BundleContents

  /// Makes a bundle; the objects are put in canonical order. Identities are expected to be unique.
  public init(objects: [BundleObject], contents: BundleContents = BundleContents()) {
    self.contents = contents
    self.objects = objects.sorted { KindOrder.key($0.identity) < KindOrder.key($1.identity) }
    var lines: [UInt8] = []
    lines.reserveCapacity(self.objects.count * 65)
    for object in self.objects {
      lines += object.digest.hexadecimal.utf8
      lines.append(10)
    }
    digest = .sha256(lines)
  }

  /// The size of the objects' canonical JSON together.
  public var sizeBytes: Int { objects.reduce(0) { $0 + $1.canonicalJSON.count } }
}

/// One object of a bundle.
public struct BundleObject: Hashable, Sendable {
  /// Which object it is.
  public let identity: ObjectIdentity
  /// SHA-256 of the canonical JSON.
  public let digest: FleetModel.Digest
  /// The manifest as JSON without white space, keys sorted bytewise.
  public let canonicalJSON: [UInt8]

  /// Makes an object of its manifest; nil unless it has texts as `apiVersion`, `kind` and `metadata.name`.
  public init?(_ manifest: Node) {
    guard let identity = ObjectIdentity(of: manifest) else { return nil }
    self.identity = identity
    canonicalJSON = JSON.bytes(manifest, sortedKeys: true)
    digest = .sha256(canonicalJSON)
  }
}
