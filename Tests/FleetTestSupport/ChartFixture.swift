import FleetPrograms
import Foundation

/// Charts that the real helm packaged, and an HTTP repository of them on 127.0.0.1.
public struct ChartFixture: Sendable {
  /// The folder that is served.
  public let folder: String
  /// The repository's URL.
  public let url: String

  /// Where `scripts/install-tools tests` puts programs.
  public static let programFolders: [String] = [BuiltPrograms.root + "/.tools/bin"]

  /// Whether helm and Python are there; with `FLOTILLA_REQUIRE=all` their absence fails the tests instead of skipping them.
  public static let isAvailable: Bool = {
    if ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all" { return true }
    let isThere =
      (try? ProgramSearch.find("helm", in: programFolders)) != nil && (try? ProgramSearch.find("python3")) != nil
    if !isThere { print("skipped: no helm, or no python3; run scripts/install-tools tests") }
    return isThere
  }()

  /// Runs a closure with an empty repository.
  public static func with<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (ChartFixture) async throws -> Value
  ) async throws -> Value {
    let folder = NSTemporaryDirectory() + "charts-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/served", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try await Program.start(
      try ProgramSearch.find("python3"),
      arguments: ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder + "/served"],
      environment: ["PATH": ProgramSearch.searchPath().joined(separator: ":")], outputFile: folder + "/log")
    let result: Result<Value, any Error>
    do {
      let fixture = ChartFixture(
        folder: folder + "/served", url: "http://127.0.0.1:\(try await port(in: folder + "/log", after: " port "))")
      try await fixture.index()
      result = .success(try await body(fixture))
    } catch {
      result = .failure(error)
    }
    await server.terminate(gracePeriod: .seconds(5))
    return try result.get()
  }

  /// The port that a server says it took, after some words of its log.
  static func port(in log: String, after words: String) async throws -> Int {
    for _ in 0..<3_000 {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      if let place = text.firstRange(of: words) {
        let digits = text[place.upperBound...].prefix { $0.isNumber }
        // Whatever follows shows that the number is whole.
        if let port = Int(digits), text[place.upperBound...].count > digits.count { return port }
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw GitFixture.Failure(
      description: "no server was started: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
  }

  /// Packages a chart with one ConfigMap that states its version and the value `region`, and makes the index anew.
  ///
  /// - Parameter text: another text in the ConfigMap, for a version that is pushed anew.
  public func publish(_ name: String, _ versions: String..., text: String = "first", indexed: Bool = true) async throws
  {
    for version in versions { try await package(name, version, text: text, into: folder) }
    if indexed { try await index() }
  }

  /// Removes a version and makes the index anew.
  public func remove(_ name: String, _ version: String) async throws {
    try FileManager.default.removeItem(atPath: "\(folder)/\(name)-\(version).tgz")
    try await index()
  }

  /// Makes `index.yaml` of what lies in the folder.
  public func index() async throws { try await helm("repo", "index", folder) }

  /// Packages a version of a chart into a folder; answers the archive's path.
  @discardableResult
  public func package(_ name: String, _ version: String, text: String, into folder: String) async throws -> String {
    let chart = "\(self.folder)/../chart-\(UUID().uuidString)/\(name)"
    try FileManager.default.createDirectory(atPath: chart + "/templates", withIntermediateDirectories: true)
    try "apiVersion: v2\nname: \(name)\nversion: \(version)\n".write(
      toFile: chart + "/Chart.yaml", atomically: true, encoding: .utf8)
    try "region: none\n".write(toFile: chart + "/values.yaml", atomically: true, encoding: .utf8)
    try """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: "{{ .Release.Name }}"}
    data: {version: {{ .Chart.Version | quote }}, region: {{ .Values.region | quote }}, text: \(text)}

    """.write(toFile: chart + "/templates/config.yaml", atomically: true, encoding: .utf8)
    try await helm("package", chart, "--destination", folder)
    return "\(folder)/\(name)-\(version).tgz"
  }

  /// Runs helm; answers what it wrote.
  @discardableResult
  public func helm(_ arguments: String...) async throws -> String {
    let home = folder + "/../home"
    let result = try await Program.run(
      try ProgramSearch.find("helm", in: Self.programFolders), arguments: arguments,
      environment: [
        "HOME": home, "TMPDIR": NSTemporaryDirectory(), "PATH": ProgramSearch.searchPath().joined(separator: ":"),
      ],
      timeLimit: .seconds(60), outputLimitBytes: 1 << 20)
    guard result.isSuccess else { throw GitFixture.Failure(description: result.errorText) }
    return result.text
  }
}
