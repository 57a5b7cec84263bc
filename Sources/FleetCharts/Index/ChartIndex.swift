import FleetModel
import FleetPorts
import Manifest

/// What an HTTP repository has: the `index.yaml` that `helm repo index` makes
/// (https://helm.sh/docs/topics/chart_repository/#the-index-file).
struct ChartIndex: Sendable {
  /// One version of a chart.
  struct Entry: Hashable, Sendable {
    /// The version as it is written.
    var version: String
    /// The archive's SHA-256; nil where the index does not say it.
    var archive: CommitID?
    /// Where the archive is; relative to the repository, or a URL.
    var urls: [String]
  }

  /// The versions by the chart's name.
  private(set) var charts: [String: [Entry]] = [:]
  /// Changes exactly when a chart, a version, a digest or a URL does.
  let digest: Digest

  /// Reads an index; what is no version of a chart is passed over, as Helm does.
  ///
  /// - Throws: ``SourceError`` with code `invalid`.
  init(_ bytes: [UInt8]) throws(SourceError) {
    let root: Node
    do {
      root = try YAML.documents(bytes, file: "index.yaml").first ?? Node(.null)
    } catch {
      throw SourceError(.invalid, "the repository's index cannot be read: \(error.diagnostics.map(\.text).joined())")
    }
    guard let entries = root["entries"].flatMap({ $0.isNull ? Object() : $0.object }) else {
      throw SourceError(.invalid, "the repository's index.yaml has no entries", hint: "is the URL one of charts?")
    }
    var lines: [String] = []
    for chart in entries.entries {
      for node in chart.value.array ?? [] {
        guard let version = node["version"]?.string, !version.isEmpty, !version.hasPrefix("-") else { continue }
        let written = node["digest"]?.string ?? ""
        let entry = Entry(
          version: version,
          archive: Digest(hexadecimal: written.hasPrefix("sha256:") ? String(written.dropFirst(7)) : written)
            .flatMap { CommitID(hexadecimal: $0.hexadecimal) },
          urls: (node["urls"]?.array ?? []).compactMap(\.string))
        charts[chart.key, default: []].append(entry)
        lines.append(entry.line(of: chart.key))
      }
    }
    digest = .sha256(Array(lines.sorted().joined(separator: "\n").utf8))
  }

  /// The version of a chart that a revision means.
  ///
  /// - Throws: ``SourceError`` with code `refNotFound`, or `invalid` for what is no version and no range.
  func entry(of chart: String, at revision: Revision) throws(SourceError) -> Entry {
    guard let entries = charts[chart] else {
      throw SourceError(
        .refNotFound, "the repository has no chart \"\(chart)\"",
        hint: suggestion(for: chart, among: charts.keys).map { "did you mean \"\($0)\"?" }
          ?? "it has: \(Self.list(charts.keys.sorted()))")
    }
    let wish = try ChartWish(revision)
    let versions = entries.map(\.version)
    guard let version = wish.choice(among: versions), let entry = entries.first(where: { $0.version == version }) else {
      throw SourceError(
        .refNotFound, "no version of the chart is \(wish.text)", hint: "there are: \(Self.list(Self.newest(versions)))")
    }
    return entry
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.prefix(15).joined(separator: ", ") + (names.count > 15 ? ", …" : "")
  }

  private static func newest(_ versions: [String]) -> [String] {
    let read = versions.compactMap { text in SemanticVersion(text).map { (version: $0, text: text) } }
    return read.sorted { $1.version < $0.version }.map(\.text) + versions.filter { SemanticVersion($0) == nil }
  }
}

extension ChartIndex.Entry {
  /// All that is known of it, on one line.
  func line(of chart: String) -> String {
    ([chart, version, archive?.hexadecimal ?? ""] + urls).joined(separator: "\u{0}")
  }
}

/// The versions of a chart that a revision allows.
struct ChartWish: Hashable, Sendable {
  /// As helm takes it for `--version`.
  let text: String
  /// The range; nil when only the text itself is meant.
  private let range: SemanticVersionRange?

  /// Reads a revision: without one the highest version that is no pre-release is meant.
  ///
  /// - Throws: ``SourceError`` with code `invalid`.
  init(_ revision: Revision) throws(SourceError) {
    switch revision {
    case .head: text = "*"
    case .named(let text), .semanticVersion(let text), .tag(let text): self.text = text
    case .branch, .commit:
      throw SourceError(
        .invalid, "a chart of a repository has versions, no branches and commits",
        hint: "write a version such as 1.4.2, or a range such as ^1.4")
    }
    if case .tag = revision {
      range = nil
      return
    }
    do {
      range = try SemanticVersionRange(text)
    } catch {
      throw SourceError(.invalid, error.description)
    }
  }

  /// The version as it is written, else the highest one in the range; nil when there is none. Helm chooses alike.
  func choice(among versions: [String]) -> String? {
    versions.contains(text) ? text : range?.highest(among: versions)
  }
}
