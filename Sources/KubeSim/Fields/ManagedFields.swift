import FleetModel
import Manifest

/// One entry of `metadata.managedFields`.
struct FieldOwner: Sendable, Equatable {
  /// What makes two entries the same one.
  struct Identity: Hashable, Sendable {
    var manager: String
    var operation: String
    var apiVersion: String
    var subresource: String
  }

  var identity: Identity
  var time: String?
  var fields: FieldSet

  var isApply: Bool { identity.operation == "Apply" }

  /// How conflicts name it (exchanges 042, 045, 061).
  var description: String {
    var text = "\"\(identity.manager)\""
    if !identity.subresource.isEmpty { text += " with subresource \"\(identity.subresource)\"" }
    if !isApply { text += " using \(identity.apiVersion)" }
    return text
  }
}

/// The owners of an object's fields.
struct ManagedFields: Sendable, Equatable {
  var owners: [FieldOwner]

  init(owners: [FieldOwner] = []) { self.owners = owners }

  init(of object: Node?) {
    owners = (object?["metadata", "managedFields"]?.array ?? []).compactMap { entry in
      guard let manager = entry["manager"]?.string, let operation = entry["operation"]?.string else { return nil }
      return FieldOwner(
        identity: .init(
          manager: manager, operation: operation, apiVersion: entry["apiVersion"]?.string ?? "",
          subresource: entry["subresource"]?.string ?? ""),
        time: entry["time"]?.string, fields: FieldSet(document: entry["fieldsV1"]))
    }
  }

  func index(_ identity: FieldOwner.Identity) -> Int? { owners.firstIndex { $0.identity == identity } }

  subscript(identity: FieldOwner.Identity) -> FieldSet? { index(identity).map { owners[$0].fields } }

  /// Puts the fields of an entry; an entry without fields goes. Without a time it keeps the one it had.
  mutating func set(_ identity: FieldOwner.Identity, _ fields: FieldSet, time: String?) {
    guard let index = index(identity) else {
      if !fields.isEmpty { owners.append(FieldOwner(identity: identity, time: time, fields: fields)) }
      return
    }
    if fields.isEmpty {
      owners.remove(at: index)
    } else {
      owners[index].fields = fields
      if let time { owners[index].time = time }
    }
  }

  /// Notes when an entry last changed the object.
  mutating func touch(_ identity: FieldOwner.Identity, time: String) {
    if let index = index(identity) { owners[index].time = time }
  }

  /// Applies come first, then by time and name, as the server writes them.
  var sorted: [FieldOwner] {
    owners.sorted { left, right in
      let a = left.identity
      let b = right.identity
      if a.operation != b.operation { return a.operation < b.operation }
      if left.time != right.time { return (left.time ?? "") < (right.time ?? "") }
      if a.manager != b.manager { return a.manager < b.manager }
      if a.apiVersion != b.apiVersion { return a.apiVersion < b.apiVersion }
      return a.subresource < b.subresource
    }
  }

  /// The list as `metadata.managedFields` shows it.
  var document: Node {
    Node(
      .array(
        sorted.map { owner in
          var entry: Node = [
            "manager": Node(.string(owner.identity.manager)), "operation": Node(.string(owner.identity.operation)),
            "apiVersion": Node(.string(owner.identity.apiVersion)),
          ]
          if let time = owner.time { entry["time"] = Node(.string(time)) }
          entry["fieldsType"] = "FieldsV1"
          entry["fieldsV1"] = owner.fields.document
          if !owner.identity.subresource.isEmpty {
            entry["subresource"] = Node(.string(owner.identity.subresource))
          }
          return entry
        }))
  }

  /// Whether both say the same but for the times.
  func isSame(as other: ManagedFields) -> Bool {
    let left = Dictionary(owners.map { ($0.identity, $0.fields) }, uniquingKeysWith: { first, _ in first })
    let right = Dictionary(other.owners.map { ($0.identity, $0.fields) }, uniquingKeysWith: { first, _ in first })
    return left == right
  }

  func write(to object: inout Node) {
    var metadata = object["metadata"] ?? Node(.object(Object()))
    metadata["managedFields"] = owners.isEmpty ? nil : document
    object["metadata"] = metadata
  }

  /// More than ten Update entries collapse into one (exchange 070).
  mutating func limitUpdates() {
    while true {
      let updates = sorted.filter { !$0.isApply && $0.identity.subresource.isEmpty }
      let all = sorted.filter { !$0.isApply }
      guard all.count > 10 else { return }
      let old = updates.filter { $0.identity.manager != "ancient-changes" }
      guard let oldest = old.first else { return }
      let bucket = FieldOwner.Identity(
        manager: "ancient-changes", operation: "Update", apiVersion: oldest.identity.apiVersion, subresource: "")
      owners.removeAll { $0.identity == oldest.identity }
      if let index = index(bucket) {
        owners[index].fields = owners[index].fields.union(oldest.fields)
        owners[index].time = oldest.time
      } else {
        owners.append(FieldOwner(identity: bucket, time: oldest.time, fields: oldest.fields))
        // The bucket itself counts, so one more has to join it.
        guard let next = old.dropFirst().first, next.identity.apiVersion == bucket.apiVersion else { continue }
        owners.removeAll { $0.identity == next.identity }
        if let index = self.index(bucket) {
          owners[index].fields = owners[index].fields.union(next.fields)
          owners[index].time = next.time
        }
      }
    }
  }
}
