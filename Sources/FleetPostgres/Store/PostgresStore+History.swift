public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// The orders to a cluster's targets, newest first.
  public func timeline(
    of cluster: ClusterName, fleetSet: FleetSetName?, during span: TimeSpan, in project: ProjectName, after: String?,
    limit: Int
  ) async throws(StoreError) -> Page<PeriodRecord> {
    try await read { session in
      let cursor = try after.map { try PageCursor.split($0, parts: 3) } ?? []
      let found = try session.rows(
        HistoryQueries.timeline, .name(project), .instant(span.from), .instant(span.until), .name(cluster),
        .name(fleetSet), .text(cursor.first), .int(try cursor.number(1)), .int(try cursor.number(2)), .int(limit + 1),
        read: { try KeyedPeriod(&$0) })
      return Page(found, limit: limit) { PageCursor.join([$0.committedAt, "\($0.target)", "\($0.counter)"]) }
        .map(\.period)
    }
  }

  /// What targets were to run, and ran, at a moment.
  public func targets(
    at moment: Instant, fleetSet: FleetSetName?, cluster: ClusterName?, in project: ProjectName, after: String?,
    limit: Int
  ) async throws(StoreError) -> Page<PastTargetRecord> {
    try await read { session in
      let cursor = try after.map { try PageCursor.split($0, parts: 3) } ?? []
      let found = try session.rows(
        HistoryQueries.targetsAt, .name(project), .instant(moment), .name(fleetSet), .name(cluster),
        .text(cursor.first), .text(cursor.count > 1 ? cursor[1] : nil), .int(try cursor.number(2)), .int(limit + 1)
      ) { row in
        let record = PastTargetRecord(
          fleetSet: try row.name(), target: try row.name(), cluster: try row.name(), wanted: try row.pastBundle(),
          applied: try row.pastBundle(), since: try row.optionalInstant())
        return (record: record, id: try row.int())
      }
      return Page(found, limit: limit) {
        PageCursor.join([$0.record.fleetSet.rawValue, $0.record.target.rawValue, "\($0.id)"])
      }
      .map(\.record)
    }
  }

  /// Where a bundle, or what a commit gives, had a part in a span.
  public func whereabouts(
    of digits: String, during span: TimeSpan, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<PeriodRecord> {
    let prefix = digits.lowercased()
    guard (4...64).contains(prefix.utf8.count), prefix.allSatisfy(\.isHexDigit),
      let least = Digest(hexadecimal: prefix + String(repeating: "0", count: 64 - prefix.utf8.count)),
      let greatest = Digest(hexadecimal: prefix + String(repeating: "f", count: 64 - prefix.utf8.count))
    else { throw StoreError(.invalid, "\"\(digits)\" is not the beginning of a digest or a commit") }
    return try await read { session in
      let cursor = try after.map { try PageCursor.split($0, parts: 5) } ?? []
      let found = try session.rows(
        HistoryQueries.whereabouts, .name(project), .instant(span.from), .instant(span.until), .digest(least),
        .digest(greatest), .text(prefix), .text(cursor.first), .text(cursor.count > 1 ? cursor[1] : nil),
        .int(try cursor.number(2)), .int(try cursor.number(3)), .int(try cursor.number(4)), .int(limit + 1),
        read: { try KeyedPeriod(&$0) })
      return Page(found, limit: limit) { row in
        let period = row.period
        return PageCursor.join(
          [period.fleetSet.rawValue, period.target.rawValue, "\(row.target)", "\(row.epoch)", "\(row.counter)"])
      }
      .map(\.period)
    }
  }
}

/// A period with what its cursor is made of.
private struct KeyedPeriod {
  var period: PeriodRecord
  var committedAt: String
  var target: Int64
  var epoch: Int64
  var counter: Int64

  init(_ row: inout Row) throws {
    period = PeriodRecord(
      fleetSet: try row.name(), target: try row.name(), cluster: try row.name(), action: try row.raw(),
      isRollback: try row.bool(), release: try row.text(), bundle: try row.optionalDigest(), rollout: try row.text(),
      orderedAt: try row.instant(), confirmedAt: try row.optionalInstant(), endedAt: try row.optionalInstant())
    committedAt = try row.text()
    target = try row.int()
    epoch = try row.int()
    counter = try row.int()
  }
}

extension [String] {
  /// The number at a place of a cursor; nil without a cursor.
  fileprivate func number(_ place: Int) throws -> Int64? {
    guard !isEmpty else { return nil }
    guard let number = Int64(self[place]) else { throw PageCursor.invalid }
    return number
  }
}

extension Row {
  fileprivate mutating func pastBundle() throws -> TargetRecord.PlacedBundleRecord? {
    let bundle = try optionalDigest()
    let release = try optionalText()
    return bundle.map { TargetRecord.PlacedBundleRecord(bundle: $0, release: release ?? "") }
  }
}
