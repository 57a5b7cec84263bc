import FleetModel
import Manifest

extension ClusterState {
  private func selection(_ call: Call) throws(APIFailure) -> (LabelQuery, FieldQuery) {
    let query = call.request.query
    return (
      try query["labelSelector"].map { text throws(APIFailure) in try LabelQuery(text) } ?? LabelQuery(),
      try query["fieldSelector"].map { text throws(APIFailure) in try FieldQuery(text, call.target.type) }
        ?? FieldQuery()
    )
  }

  /// A list, whole or in chunks (exchanges 034-038).
  mutating func list(_ call: Call) throws(APIFailure) -> KubeResponse {
    let type = call.target.type
    let (labels, fields) = try selection(call)
    let query = call.request.query
    var source = collections[type.storage] ?? [:]
    var listVersion = version
    var start: ObjectKey?
    let requested = query["resourceVersion"] ?? ""
    try Self.checkList(query, requested)
    if let token = query["continue"], !token.isEmpty {
      guard requested.isEmpty || requested == "0" else {
        throw .badRequest("specifying resource version is not allowed when using continue")
      }
      let position = try Self.position(token)
      start = ObjectKey(storage: type.storage, namespace: position.namespace, name: position.name)
      if position.version >= 0 {
        guard let snapshot = snapshots.first(where: { $0.version == position.version && $0.storage == type.storage })
        else {
          throw APIFailure(
            410, "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
              + "without the continue parameter, or use the continue token in this response to retrieve the remainder "
              + "of the results. Continuing with the provided token results in an inconsistent list - objects that "
              + "were created, modified, or deleted between the time the first chunk was returned and now may show up "
              + "in the list.",
            continueToken: Self.token(version: -1, namespace: position.namespace, name: position.name))
        }
        source = snapshot.objects
        listVersion = position.version
      }
    } else if !requested.isEmpty, requested != "0" {
      guard let wanted = Int(requested) else {
        throw .badRequest("invalid resource version: \(Self.notANumber(requested))")
      }
      try checkNotAhead(wanted)
      if query["resourceVersionMatch"] == "Exact" {
        if wanted < logStart {
          throw APIFailure(410, "Expired", "The resourceVersion for the provided list is too old.")
        }
        source = past(source, type.storage, at: wanted)
        listVersion = wanted
      }
    }
    let sorted =
      source.filter { call.target.namespace.isEmpty || $0.key.namespace == call.target.namespace }
      .sorted { $0.key < $1.key }
    var items: [Node] = []
    var metadata: Node = ["resourceVersion": .text(String(listVersion))]
    let limit = requested == "0" ? 0 : max(0, Int(query["limit"] ?? "") ?? 0)
    var last: ObjectKey?
    var remaining = 0
    for (key, object) in sorted {
      if let start, !(start < key) { continue }
      guard labels.matches(object), fields.matches(object) else { continue }
      if limit > 0, items.count == limit {
        remaining += 1
        continue
      }
      items.append(object)
      last = key
    }
    if remaining > 0, let last {
      if !snapshots.contains(where: { $0.version == listVersion && $0.storage == type.storage }) {
        snapshots.append((listVersion, type.storage, source))
        if snapshots.count > 8 { snapshots.removeFirst() }
      }
      metadata["continue"] = .text(Self.token(version: listVersion, namespace: last.namespace, name: last.name))
      if labels.isEmpty, fields.isEmpty { metadata["remainingItemCount"] = .number(remaining) }
    }
    if type.isCustom, metadata["continue"] == nil { metadata["continue"] = "" }
    return KubeResponse(
      200, listDocument(items, call, metadata: metadata),
      contentType: Presentation(accept: call.request.accept, query: query).contentType,
      warnings: Warnings.deprecation(type))
  }

  private func listDocument(_ items: [Node], _ call: Call, metadata: Node) -> Node {
    let type = call.target.type
    switch Presentation(accept: call.request.accept, query: call.request.query) {
    case .whole:
      let shown = items.map { item in
        var item = Self.shown(item, type)
        if !type.isCustom {
          item["kind"] = nil
          item["apiVersion"] = nil
        }
        return item
      }
      return [
        "kind": .text(type.listKind), "apiVersion": .text(type.apiVersion), "metadata": metadata,
        "items": .list(shown),
      ]
    case .partial:
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "items": .list(items.map { Presentation.partial($0) }),
      ]
    case .table(let include):
      return Table.document(
        items, type, now: now, resourceVersion: metadata["resourceVersion"]?.string ?? "", withColumns: true,
        include: include, metadata: metadata)
    }
  }

  /// A version from the future cannot be read.
  func checkNotAhead(_ wanted: Int) throws(APIFailure) {
    guard wanted > version else { return }
    throw APIFailure(
      504, "Timeout", "Timeout: Too large resource version: \(wanted), current: \(version)",
      details: [
        "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
        "retryAfterSeconds": 1,
      ])
  }

  private static func notANumber(_ text: String) -> String {
    let quoted = JSONText.text(.text(text))
    return "resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing \(quoted): invalid syntax"
  }

  private static func checkList(_ query: [String: String], _ requested: String) throws(APIFailure) {
    var causes: [FieldCause] = []
    if let match = query["resourceVersionMatch"], !match.isEmpty, let cause = matchCause(match, requested) {
      causes.append(cause)
    }
    if query["sendInitialEvents"] != nil {
      causes.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    }
    if !causes.isEmpty { throw .invalid(kind: "ListOptions", group: "meta.k8s.io", "", causes) }
  }

  private static func matchCause(_ match: String, _ requested: String) -> FieldCause? {
    let field = "resourceVersionMatch"
    let cause: FieldCause
    if requested.isEmpty {
      cause = .forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")
    } else if match == "Exact", requested == "0" {
      cause = .forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
    } else if match != "Exact", match != "NotOlderThan" {
      cause = FieldCause(
        reason: "FieldValueNotSupported",
        message:
          "Unsupported value: \(JSONText.text(.text(match))): supported values: \"Exact\", \"NotOlderThan\", \"\"",
        field: field)
    } else {
      return nil
    }
    return cause
  }

  /// What the collection was at a version that the log still covers.
  private func past(_ present: [ObjectKey: Node], _ storage: String, at version: Int) -> [ObjectKey: Node] {
    var objects = present
    for change in log.reversed() where change.version > version && change.storage == storage {
      guard let object = change.new ?? change.final else { continue }
      objects[ObjectKey(storage: storage, namespace: object.objectNamespace, name: object.objectName)] = change.old
    }
    return objects
  }

  private static func token(version: Int, namespace: String, name: String) -> String {
    let start = namespace.isEmpty ? name : "\(namespace)/\(name)"
    let document: Node = ["v": "meta.k8s.io/v1", "rv": .number(version), "start": .text(start)]
    return BaseEncoding.base64.text(of: JSONText.bytes(document)).filter { $0 != "=" }
  }

  private static func position(_ token: String) throws(APIFailure) -> (version: Int, namespace: String, name: String) {
    let bytes =
      BaseEncoding.base64.bytes(of: token + String(repeating: "=", count: (4 - token.utf8.count % 4) % 4)) ?? []
    let document: Node
    do throws(JSONText.Failure) { document = try JSONText.parse(bytes) } catch {
      throw .badRequest("invalid continue token: continue key is not valid: \(error.message)")
    }
    guard let version = document["rv"]?.integer, let start = document["start"]?.string
    else {
      throw .badRequest("invalid continue token: continue key is not valid: invalid character")
    }
    let parts = start.split(separator: "/").map(String.init)
    return (Int(version), parts.count > 1 ? parts[0] : "", parts.last ?? "")
  }

  /// Opens a watch (exchanges 081-088).
  mutating func watch(_ call: Call) throws(APIFailure) -> KubeResponse {
    let type = call.target.type
    let (labels, fields) = try selection(call)
    let query = call.request.query
    let requested = query["resourceVersion"] ?? ""
    if let match = query["resourceVersionMatch"], !match.isEmpty, query["sendInitialEvents"] == nil {
      throw .invalid(
        kind: "ListOptions", group: "meta.k8s.io", "",
        [
          .forbidden(
            "resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
        ])
    }
    if query["sendInitialEvents"] != nil, query["resourceVersionMatch"] != "NotOlderThan" {
      throw .invalid(
        kind: "ListOptions", group: "meta.k8s.io", "",
        [.forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")])
    }
    guard requested.isEmpty || Int(requested) != nil else {
      throw APIFailure(500, "", Self.notANumber(requested))
    }
    let start = Int(requested) ?? 0
    // A slow reader loses its watch rather than the process its memory.
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingOldest(20_000))
    let send: @Sendable ([UInt8]) -> Bool = { line in
      switch continuation.yield(line) {
      case .enqueued: return true
      default:
        continuation.finish()
        return false
      }
    }
    if start > 0, start < logStart {
      let failure = APIFailure(410, "Expired", "too old resource version: \(start) (\(logStart))")
      _ = send(JSONText.bytes(["type": "ERROR", "object": failure.document]) + [10])
      continuation.finish()
      return KubeResponse(stream: stream)
    }
    nextWatcher += 1
    let identifier = nextWatcher
    let presentation = Presentation(accept: call.request.accept, query: query)
    let watcher = Watcher(
      type: type, namespace: call.target.namespace, labels: labels, fields: fields, presentation: presentation,
      wantsBookmarks: call.flag("allowWatchBookmarks"), send: send, finish: { continuation.finish() },
      bookmarked: ["true", "1"].contains(query["sendInitialEvents"] ?? "") || requested == "0" ? 0 : version)
    watchers[identifier] = watcher
    watching[type.storage, default: []].insert(identifier)
    let sendsInitial = query["sendInitialEvents"].map { ["true", "1"].contains($0) } ?? (start == 0)
    if sendsInitial {
      for object in objects(type.storage, namespace: call.target.namespace) where watcher.matches(object) {
        deliver("ADDED", object, to: identifier)
      }
      let isFromCache = requested == "0" && query["sendInitialEvents"] == nil
      if query["sendInitialEvents"] != nil || isFromCache, watcher.wantsBookmarks {
        sendBookmark(identifier, isInitialEnd: true)
      }
    } else if start > 0 {
      for change in log where change.version > start && change.storage == type.storage {
        if let (kind, object) = Self.event(change, for: watcher) { deliver(kind, object, to: identifier) }
      }
    }
    let seconds = max(0, Int(query["timeoutSeconds"] ?? "") ?? 0)
    let duration = seconds > 0 ? seconds : 1800 + Int(random.next() % 1800)
    timers.schedule(.endWatch(identifier), at: now.millisecondsSinceEpoch + Int64(duration) * 1000)
    if watcher.wantsBookmarks {
      // A bookmark goes out regularly and shortly before the end of a watch.
      let before = duration > 5 ? duration - 2 : max(1, duration - 1)
      timers.schedule(.bookmark(identifier), at: now.millisecondsSinceEpoch + Int64(min(60, before)) * 1000)
    }
    return KubeResponse(stream: stream, contentType: presentation.contentType)
  }
}
