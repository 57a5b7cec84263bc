import FleetModel
import Manifest

/// Which template of a chart made which part of what `helm template` prints: the comment `# Source: CHART/PATH` behind the
/// `---` that begins a document says so.
struct ChartTemplates {
  private let sources: [(line: Int, template: String)]

  init(of output: [UInt8], path: String, files: [SourceFile]) {
    let known = Set(files.map(\.path))
    var sources: [(line: Int, template: String)] = []
    var isBegin = false
    for (index, line) in output.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      defer { isBegin = line.elementsEqual("---".utf8) }
      guard isBegin, line.starts(with: "# Source: ".utf8) else { continue }
      let text = String(decoding: line.dropFirst("# Source: ".utf8.count), as: UTF8.self)
      // The chart's name stands for its directory.
      let inside = text.split(separator: "/", maxSplits: 1).last.map(String.init) ?? text
      let file = path.isEmpty ? inside : "\(path)/\(inside)"
      sources.append((index + 1, known.contains(file) ? file : text))
    }
    self.sources = sources
  }

  func origin(_ entry: ManifestSources.Entry, _ field: TracedField) -> FieldOrigin {
    let line = Int(entry.manifest.position?.line ?? 0)
    let template = sources.last { $0.line < line }?.template ?? entry.file
    return FieldOrigin(kind: .chart, file: template, part: "(helm)")
  }
}
