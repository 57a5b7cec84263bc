internal import FleetModel
internal import FleetPorts

/// Stores bundles while a set is rendered, some megabytes at a time: the bundles of a large set are more than memory
/// should hold together (AMENDMENTS 31). One that no release names in the end does no harm.
struct BundleWriter {
  private let store: any ControlStore
  private var seen: Set<Digest> = []
  private var waiting: [BundleDraft] = []
  private var waitingBytes = 0
  /// How many bundles were not stored before.
  private(set) var newBundles = 0

  private static let limitBytes = 16 << 20

  init(store: any ControlStore) { self.store = store }

  mutating func add(_ bundle: BundleDraft) async throws {
    guard seen.insert(bundle.digest).inserted else { return }
    waiting.append(bundle)
    waitingBytes += bundle.objects.reduce(0) { $0 + $1.canonicalJSON.count }
    if waitingBytes > Self.limitBytes { try await flush() }
  }

  mutating func flush() async throws {
    let missing = try await store.missingBundles(of: waiting.map(\.digest))
    if !missing.isEmpty { try await store.insertBundles(waiting.filter { missing.contains($0.digest) }) }
    newBundles += missing.count
    (waiting, waitingBytes) = ([], 0)
  }
}
