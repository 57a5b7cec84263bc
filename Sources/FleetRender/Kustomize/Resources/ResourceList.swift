import Manifest

/// The objects of a build in order; no two have the same current id.
final class ResourceList {
  private(set) var resources: [Resource] = []
  /// The objects by id; nil when ids may have changed.
  private var index: [ResourceID: Resource]?

  /// To be called when ids of objects in the list may have changed.
  func forgetIndex() { index = nil }

  /// Adds objects behind the others.
  ///
  /// - Throws: when one is there already.
  func append(_ added: [Resource]) throws(KustomizeStop) {
    var known = index ?? [:]
    if index == nil { for resource in resources { known[resource.current] = resource } }
    if added.count > 1 { known.reserveCapacity(resources.count + added.count) }
    index = nil
    defer { index = known }
    for resource in added {
      if let other = known.updateValue(resource, forKey: resource.current) {
        throw .failed(
          "\(resource.current.display) is there twice: in \(Self.place(of: other)) and here", file: resource.file,
          at: resource.root.position,
          hint: "remove one of them, or change one with a patch instead of writing it twice")
      }
      resources.append(resource)
    }
  }

  private static func place(of resource: Resource) -> String {
    resource.root.position.map { "\(resource.file):\($0.line)" } ?? resource.file
  }

  /// Checks the ids again after names may have changed, and drops what is empty.
  func readd() throws(KustomizeStop) {
    let all = resources.filter { !$0.isEmpty }
    resources = []
    forgetIndex()
    try append(all)
  }

  func dropEmpty() {
    if resources.contains(where: \.isEmpty) { resources.removeAll(where: \.isEmpty) }
    forgetIndex()
  }

  func replace(_ old: Resource, with new: Resource) {
    guard let index = resources.firstIndex(where: { $0 === old }) else { return }
    resources[index] = new
    forgetIndex()
  }

  func keep(_ isKept: (Resource) -> Bool) {
    resources.removeAll { !isKept($0) }
    forgetIndex()
  }

  func sort(by order: LegacyOrder) {
    let keys = resources.map { order.key($0) }
    let places = keys.indices.sorted { LegacyOrder.areInOrder(keys[$0], keys[$1]) }
    resources = places.map { resources[$0] }
  }

  /// The objects that have an id, or had it earlier in the build.
  func resources(withAnyID id: ResourceID) -> [Resource] {
    resources.filter { $0.isOrWas(id) && !$0.isEmpty }
  }
}
