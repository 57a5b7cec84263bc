internal import FleetAPI
internal import FleetClient

/// Reads a list up to the limit asked for, page by page; `next` is what is left.
func readList<Item: WireValue>(
  _ options: ListLimits, _ read: (PageRequest) async throws -> ListPage<Item>
) async throws -> ListPage<Item> {
  var result = ListPage<Item>(items: [], next: nil)
  repeat {
    let room = options.all ? 1_000 : min(1_000, options.limit - result.items.count)
    let page = try await read(PageRequest(limit: room, after: result.next))
    result.items += page.items
    result.next = page.items.isEmpty ? nil : page.next
  } while result.next != nil && (options.all || result.items.count < options.limit)
  return result
}

extension Console {
  /// Shows a list, and on standard error that there is more.
  func renderList<Item: WireValue>(
    _ page: ListPage<Item>, as format: OutputFormat, nothing: String, name: (Item) -> String,
    table: ([Item]) -> Table
  ) throws {
    if page.items.isEmpty, format == .table || format == .wide {
      progress(nothing)
      return
    }
    try render(page, as: format, names: page.items.map(name)) { table(page.items) }
    if page.next != nil { progress("… more (--all)") }
  }
}
