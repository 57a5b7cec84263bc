import FleetModel
import Manifest

/// One open watch.
struct Watcher: Sendable {
  var type: ResourceType
  var namespace: String
  var labels: LabelQuery
  var fields: FieldQuery
  var presentation: Presentation
  var wantsBookmarks: Bool
  /// Takes one line; false when nobody listens any more.
  var send: @Sendable ([UInt8]) -> Bool
  var finish: @Sendable () -> Void
  /// The column definitions of a table go out once.
  var sentColumns = false
  /// The version of the last bookmark; another one only follows a change.
  var bookmarked = 0

  func matches(_ object: Node) -> Bool {
    (namespace.isEmpty || object.objectNamespace == namespace) && labels.matches(object) && fields.matches(object)
  }
}

extension ClusterState {
  /// Tells every watcher of the collection what the change means for its selection (exchange 086).
  mutating func notify(_ change: Change) {
    for identifier in watching[change.storage] ?? [] {
      guard let watcher = watchers[identifier] else { continue }
      guard let (kind, object) = Self.event(change, for: watcher) else { continue }
      deliver(kind, object, to: identifier)
    }
  }

  static func event(_ change: Change, for watcher: Watcher) -> (String, Node)? {
    let before = change.old.map(watcher.matches) ?? false
    let after = change.new.map(watcher.matches) ?? false
    if after, let new = change.new { return (before ? "MODIFIED" : "ADDED", new) }
    guard before else { return nil }
    if let final = change.final { return ("DELETED", final) }
    guard var last = change.old, let new = change.new else { return nil }
    // It left the selection: the old state, with the version of the change.
    last.set(["metadata", "resourceVersion"], .text(new.resourceVersion))
    return ("DELETED", last)
  }

  mutating func deliver(_ kind: String, _ object: Node, to identifier: Int) {
    guard var watcher = watchers[identifier] else { return }
    let shown = watcher.presentation.item(
      object, watcher.type, now: now, withColumns: !watcher.sentColumns, inList: false)
    let event: Node = ["type": .text(kind), "object": shown]
    if !watcher.sentColumns {
      watcher.sentColumns = true
      watchers[identifier] = watcher
    }
    if !watcher.send(JSONText.bytes(event) + [10]) { forget(identifier) }
  }

  mutating func endWatch(_ identifier: Int) {
    forget(identifier)?.finish()
  }

  @discardableResult
  private mutating func forget(_ identifier: Int) -> Watcher? {
    guard let watcher = watchers.removeValue(forKey: identifier) else { return nil }
    watching[watcher.type.storage]?.remove(identifier)
    return watcher
  }

  mutating func sendBookmark(_ identifier: Int, isInitialEnd: Bool = false) {
    guard var watcher = watchers[identifier] else { return }
    if !isInitialEnd { timers.schedule(.bookmark(identifier), at: now.millisecondsSinceEpoch + 60_000) }
    guard watcher.bookmarked != version else { return }
    watcher.bookmarked = version
    watchers[identifier] = watcher
    var metadata: Node = ["resourceVersion": .text(String(version))]
    if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    var object: Node = [
      "kind": .text(watcher.type.kind), "apiVersion": .text(watcher.type.apiVersion), "metadata": metadata,
    ]
    if case .partial = watcher.presentation { object = Presentation.partial(object) }
    let event: Node = ["type": "BOOKMARK", "object": object]
    guard watcher.send(JSONText.bytes(event) + [10]) else {
      forget(identifier)
      return
    }
  }
}
