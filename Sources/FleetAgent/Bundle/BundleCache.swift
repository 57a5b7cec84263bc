import FleetAPI
import FleetClient
import FleetModel
import FleetSync
import Manifest

/// The objects of bundles, verified against their digests and kept by digest, least used first out.
///
/// Agents of one process share it, so that what is the same on many clusters is fetched and kept once.
public actor BundleCache {
  private struct Entry {
    var node: Node
    var size: Int
    var usedAt: UInt64
  }

  private var entries: [Digest: Entry] = [:]
  private var lists: [Digest: [Digest]] = [:]
  private var size = 0
  private var clock: UInt64 = 0
  private let byteLimit: Int
  /// The most that a bundle may hold.
  static let largestBundle = 32 << 20
  private static let listLimit = 1_000

  /// Makes an empty cache.
  ///
  /// - Parameter byteLimit: of the objects' texts; a bundle over it still works, object by object, but is not kept.
  public init(byteLimit: Int = 16 << 20) { self.byteLimit = byteLimit }

  /// The objects of a bundle in order.
  func documents(_ bundle: Digest, from connection: any ControllerConnection) async throws(WriteFailure) -> [Node] {
    let digests = try await list(bundle, from: connection)
    var found: [Digest: Node] = [:]
    var missing: [Digest] = []
    for digest in digests where found[digest] == nil {
      if let node = use(digest) { found[digest] = node } else if !missing.contains(digest) { missing.append(digest) }
    }
    var total = 0
    var start = 0
    while start < missing.count {
      let page = Array(missing[start..<min(start + 500, missing.count)])
      let texts: [String]
      do {
        texts = try await connection.objects(ObjectsRequest(digests: page), atMost: Self.largestBundle - total).objects
      } catch is AnswerTooLong {
        throw WriteFailure(.content, "bundle \(bundle.short) is over \(Self.largestBundle >> 20) MiB")
      } catch {
        throw WriteFailure(.connection, "cannot fetch bundle \(bundle.short): \(error)")
      }
      // Fewer when the link broke: the others are asked for again.
      guard (1...page.count).contains(texts.count) else {
        throw WriteFailure(.connection, "bundle \(bundle.short): \(texts.count) of \(page.count) objects were answered")
      }
      start += texts.count
      for (digest, text) in zip(page, texts) {
        let bytes = Array(text.utf8)
        total += bytes.count
        guard total <= Self.largestBundle else {
          throw WriteFailure(.content, "bundle \(bundle.short) is over \(Self.largestBundle >> 20) MiB")
        }
        guard Digest.sha256(bytes) == digest else {
          throw WriteFailure(
            .content, "an object of bundle \(bundle.short) is not what its digest \(digest.short) says")
        }
        guard let node = try? JSON.parse(bytes) else {
          throw WriteFailure(.content, "object \(digest.short) of bundle \(bundle.short) is not JSON")
        }
        found[digest] = node
        keep(node, as: digest, size: bytes.count)
      }
    }
    return digests.compactMap { found[$0] }
  }

  private func list(_ bundle: Digest, from connection: any ControllerConnection) async throws(WriteFailure) -> [Digest]
  {
    if let known = lists[bundle] { return known }
    let digests: [Digest]
    do { digests = try await connection.bundle(bundle).objects } catch {
      throw WriteFailure(.connection, "cannot fetch bundle \(bundle.short): \(error)")
    }
    let text = digests.map { "\($0.hexadecimal)\n" }.joined()
    guard Digest.sha256(Array(text.utf8)) == bundle else {
      throw WriteFailure(.content, "the list of bundle \(bundle.short) is not what its digest says")
    }
    if lists.count >= Self.listLimit { lists.removeAll() }
    lists[bundle] = digests
    return digests
  }

  private func use(_ digest: Digest) -> Node? {
    clock += 1
    entries[digest]?.usedAt = clock
    return entries[digest]?.node
  }

  private func keep(_ node: Node, as digest: Digest, size: Int) {
    guard size <= byteLimit / 4, entries[digest] == nil else { return }
    clock += 1
    entries[digest] = Entry(node: node, size: size, usedAt: clock)
    self.size += size
    guard self.size > byteLimit else { return }
    // A quarter at a time, so that the sort is rare.
    for (digest, entry) in entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) where self.size > byteLimit * 3 / 4
    {
      entries[digest] = nil
      self.size -= entry.size
    }
  }
}
