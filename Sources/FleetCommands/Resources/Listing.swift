internal import FleetAPI
internal import FleetClient

/// Reads a list up to the limit asked for, page by page; `next` is what is left.
func readList<Item: WireValue>(
  _ options: ListLimits, _ read: (PageRequest) async throws -> ListPage<Item>
) async throws -> ListPage<Item> {
  var result = ListPage<Item>(items: [], next: nil)
  repeat {
    let room = options.all ? 1_000 : min(1_000, options.limit - result.items.count)
    let isLast = !options.all && options.limit - result.items.count <= 1_000
    let page = try await read(PageRequest(limit: room, after: result.next, count: options.counts && isLast))
    result.items += page.items
    result.next = page.items.isEmpty ? nil : page.next
    result.remaining = page.remaining
  } while result.next != nil && (options.all || result.items.count < options.limit)
  return result
}

/// Refuses a filter for something that does not exist: nothing found is an answer only about what does.
func checkExists(
  fleetSet: String?, cluster: String? = nil, _ client: ControllerClient, _ project: String
) async throws {
  if let fleetSet { _ = try await client.fleetSet(fleetSet, in: project) }
  if let cluster { _ = try await client.cluster(cluster, in: project) }
}

extension Console {
  /// Shows a table, on a terminal that is shorter than it page by page.
  private func showLong(_ table: Table, isWide: Bool) {
    let isWatched = isTerminal(.output)
    let lines = table.lines(isWide: isWide, style: style(.output), width: isWatched ? columns() : nil)
    let text = lines.joined(separator: "\n")
    if isWatched, lines.count >= rows(), page(text + "\n") { return }
    output(text)
  }

  /// Shows a list, and on standard error that there is more.
  func renderList<Item: WireValue>(
    _ page: ListPage<Item>, as format: OutputFormat, nothing: String, name: (Item) -> String,
    table: ([Item]) -> Table
  ) throws {
    if page.items.isEmpty, format == .table || format == .wide {
      progress(nothing)
      return
    }
    var data = page
    data.remaining = nil
    if format == .table || format == .wide {
      showLong(table(page.items), isWide: format == .wide)
    } else {
      try render(data, as: format, names: page.items.map(name)) { table(page.items) }
    }
    guard page.next != nil else { return }
    let count = page.remaining.map { $0 < 20_000 ? "\(grouped($0)) " : "more than 20,000 " } ?? ""
    progress("… \(count)more (--all)")
  }
}
