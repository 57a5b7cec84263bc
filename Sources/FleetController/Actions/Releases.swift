internal import FleetModel
internal import FleetPlanner
internal import FleetPorts

extension ControlStore {
  /// The release that a person means; the newest of a commit that several were made from.
  func release(
    _ revision: String, of name: FleetSetName, in project: ProjectName
  ) async throws -> ReleaseRecord {
    let text = revision.hasPrefix("\(name)/") ? String(revision.dropFirst(name.rawValue.count + 1)) : revision
    let found = try await releases(of: name, named: text, in: project)
    if let numbered = found.first(where: { text == "\($0.number)" || text == "#\($0.number)" }) { return numbered }
    let commits = Set(found.flatMap(\.sources).map(\.commit.id.hexadecimal).filter { $0.hasPrefix(text.lowercased()) })
    guard commits.count < 2 else {
      throw CommandRefusal(
        .invalid, "\(revision) could be any of \(commits.sorted().map { $0.prefix(12) }.joined(separator: ", "))",
        hint: "give more digits of the commit, or the release's number")
    }
    guard let release = found.first else {
      throw CommandRefusal(
        .notFound, "\(name) has no release \"\(revision)\"",
        hint: "`flotilla get releases \(name)` lists them; give a number or at least four digits of a commit")
    }
    return release
  }

  /// A release by name, or the newest.
  func shownRelease(
    _ revision: String?, of name: FleetSetName, in project: ProjectName
  ) async throws -> ReleaseRecord {
    if let revision, !revision.isEmpty { return try await release(revision, of: name, in: project) }
    guard let record = try await fleetSet(name, in: project) else {
      throw CommandRefusal(.notFound, "there is no FleetSet \(name)", hint: "`flotilla get fleetsets` lists them")
    }
    guard let newest = record.newestRelease else {
      throw CommandRefusal(.conflict, "\(name) has no release yet: \(record.condition.message)")
    }
    return newest
  }
}
