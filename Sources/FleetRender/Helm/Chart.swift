public import FleetModel
import Manifest

/// A run of `helm template` over files of a commit.
public struct HelmRequest: Hashable, Sendable {
  /// The chart's directory, relative to the repository's root; empty for the root.
  public var path: String
  /// The files of the chart and those of values, and no others; kept with their paths below one folder.
  public var files: [SourceFile]
  /// Files of values in order, relative to the repository's root.
  public var valueFiles: [String]
  /// Values as JSON over the files, in order: what the options' `valuesFrom` comes to.
  public var valuesFrom: [String]
  /// How the chart is filled in; its `valueFiles` and `valuesFrom` are those above.
  public var options: HelmOptions
  /// The release's name.
  public var releaseName: String
  /// The release's namespace.
  public var namespace: String
}

/// A chart in a directory of a commit, and which files it is made from.
struct Chart {
  /// The file that makes a directory a chart (https://helm.sh/docs/topics/charts/).
  static let fileName = "Chart.yaml"

  /// The most files and bytes that are handed to the program.
  private static let limitFiles = 10_000
  private static let limitBytes: Int64 = 64 * 1024 * 1024

  let tree: any SourceTree
  let path: String
  let files: [SourceFile]

  /// Whether a directory is a chart.
  static func isChart(_ files: [SourceFile], directory: String) -> Bool {
    let file = directory.isEmpty ? fileName : directory + "/" + fileName
    return files.contains { $0.path == file }
  }

  /// What the program is asked.
  func request(_ options: HelmOptions, target: String, namespace: String) throws(DiagnosticsError) -> HelmRequest {
    var all = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var valueFiles: [String] = []
    for (number, text) in options.valueFiles.enumerated() {
      let field = "spec.template.spec.source.helm.valueFiles[\(number)]"
      guard let file = try valueFile(text, field: field, isNeeded: !options.ignoreMissingValueFiles) else { continue }
      valueFiles.append(file.path)
      all[file.path] = file
    }
    let bytes = all.values.reduce(Int64(0)) { $0 + $1.sizeBytes }
    guard all.count <= Self.limitFiles, bytes <= Self.limitBytes else {
      throw Self.problem(
        "the chart has \(all.count) files with \(bytes) bytes; at most \(Self.limitFiles) files with "
          + "\(Self.limitBytes) bytes are allowed", file: path)
    }
    return HelmRequest(
      path: path, files: all.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) },
      valueFiles: valueFiles, valuesFrom: try valuesFrom(options.valuesFrom ?? []), options: options,
      releaseName: options.releaseName ?? target,
      namespace: options.namespace ?? namespace)
  }

  private func valueFile(
    _ text: String, field: String, isNeeded: Bool
  ) throws(DiagnosticsError) -> SourceFile? {
    let own = try pathInRepository(text, field: field)
    do throws(SourceTreeError) {
      if let id = try tree.objectID(of: own), let bytes = try tree.contents(of: own) {
        return SourceFile(path: own, objectID: id, sizeBytes: Int64(bytes.count))
      }
    } catch {
      throw Self.problem(error.message, file: error.path, field: field)
    }
    guard isNeeded else { return nil }
    throw Self.problem(
      "there is no file \(own) at commit \(tree.commit.short)", field: field,
      hint: "ignoreMissingValueFiles: true leaves out what is not there")
  }

  /// Where a file is that stands in a field, relative to the repository's root.
  func pathInRepository(_ text: String, field: String) throws(DiagnosticsError) -> String {
    if text.contains("://") || text.hasPrefix("$") {
      throw Self.problem(
        "\"\(text)\" is not in the repository", field: field,
        hint: "files of values are read from the commit that the chart is in")
    }
    let relative = text.hasPrefix("/") ? String(text.dropFirst()) : path.isEmpty ? text : "\(path)/\(text)"
    guard let own = Self.normalized(relative) else {
      throw Self.problem("\"\(text)\" leads out of the repository", field: field)
    }
    return own
  }

  private static func normalized(_ path: String) -> String? {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }

  static func problem(
    _ message: String, file: String = "", field: String = "", hint: String = ""
  ) -> DiagnosticsError {
    DiagnosticsError([Diagnostic(file: file, field: field, message: message, hint: hint)])
  }

  // MARK: What cannot be rendered twice alike

  /// Functions whose result differs from run to run, or with what is in a cluster.
  private static let unrepeatable: Set<String> = [
    "lookup", "now", "ago", "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt", "shuffle",
    "uuidv4", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert",
    "genSignedCertWithKey", "genPrivateKey", "htpasswd", "bcrypt", "encryptAES",
  ]

  /// Warnings about templates that call such functions: what they yield changes without a commit.
  func warnings() throws(DiagnosticsError) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    for file in files where file.path.contains("/templates/") || file.path.hasPrefix("templates/") {
      let bytes: [UInt8]?
      do throws(SourceTreeError) { bytes = try tree.contents(of: file.path) } catch {
        throw Self.problem(error.message, file: error.path)
      }
      guard let bytes else { continue }
      for (line, name) in Self.calls(in: String(decoding: bytes, as: UTF8.self)) {
        warnings.append(
          Diagnostic(
            severity: .warning, file: file.path, line: line, column: 1,
            message: "calls \(name), so that the same commit does not always render to the same",
            hint: "every difference is a new release; give the value yourself"))
      }
    }
    return warnings
  }

  /// The lines, from 1, on which an action calls one of them; each function once a file.
  private static func calls(in text: String) -> [(line: Int, name: String)] {
    var found: [(line: Int, name: String)] = []
    var line = 1
    for (number, part) in text.split(separator: "{{", omittingEmptySubsequences: false).enumerated() {
      if number > 0 {
        let action = part.firstRange(of: "}}").map { part[..<$0.lowerBound] } ?? part
        let isComment = action.drop { $0 == "-" || $0 == " " }.hasPrefix("/*")
        let words = isComment ? [] : action.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
        for word in words {
          let name = String(word)
          if unrepeatable.contains(name), !found.contains(where: { $0.name == name }) { found.append((line, name)) }
        }
      }
      line += part.utf8.count { $0 == 0x0A }
    }
    return found
  }

  // MARK: Hooks

  /// The events of `helm.sh/hook` that are no part of a rollout: tests, and what goes before and after a rollback by Helm
  /// itself (https://helm.sh/docs/topics/charts_hooks/).
  private static let leftOut: Set<Substring> = [
    "test", "test-success", "test-failure", "pre-rollback", "post-rollback",
  ]

  /// Whether an object of a chart is only there for events that Flotilla does not have.
  static func isLeftOut(_ manifest: Node) -> Bool {
    guard let hooks = manifest["metadata", "annotations", "helm.sh/hook"]?.string else { return false }
    let events = hooks.split { $0 == "," || $0 == " " }
    return !events.isEmpty && events.allSatisfy(leftOut.contains)
  }
}
