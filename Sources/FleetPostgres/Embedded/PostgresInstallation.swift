import FleetPrograms

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The programs of an installed PostgreSQL server.
struct PostgresInstallation: Hashable, Sendable {
  /// The major version, for example 15.
  var majorVersion: Int
  /// The folder that holds `initdb`, `pg_ctl` and `postgres`.
  var binaries: String

  static let oldestSupported = 15

  /// All installed servers, the newest first: Debian's and Ubuntu's folders, then `pg_config`'s.
  static func all() async -> [PostgresInstallation] {
    var candidates = folderEntries("/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
    if let config = try? ProgramSearch.find("pg_config"),
      let result = try? await Program.run(
        config, arguments: ["--bindir"], timeLimit: .seconds(10), outputLimitBytes: 4_096),
      result.isSuccess
    {
      candidates.append(result.text.split(separator: "\n").first.map(String.init) ?? "")
    }
    var found: [PostgresInstallation] = []
    for folder in candidates where !folder.isEmpty && !found.contains(where: { $0.binaries == folder }) {
      guard ["initdb", "pg_ctl", "postgres"].allSatisfy({ access("\(folder)/\($0)", X_OK) == 0 }),
        let result = try? await Program.run(
          "\(folder)/postgres", arguments: ["--version"], timeLimit: .seconds(10), outputLimitBytes: 4_096),
        let version = majorVersion(of: result.text)
      else { continue }
      found.append(PostgresInstallation(majorVersion: version, binaries: folder))
    }
    return found.sorted { ($0.majorVersion, $1.binaries) > ($1.majorVersion, $0.binaries) }
  }

  /// The newest server that may be used with a data folder of a version (nil: a new folder).
  static func choose(forDataOf version: Int?, in folder: String) async throws(EmbeddedPostgresError) -> Self {
    let installed = await all()
    guard let newest = installed.first(where: { $0.majorVersion >= oldestSupported }) else {
      let others = installed.map { "version \($0.majorVersion) in \($0.binaries)" }.joined(separator: ", ")
      throw EmbeddedPostgresError(
        "no PostgreSQL server \(oldestSupported) or newer is installed\(others.isEmpty ? "" : " (found \(others))"): "
          + "run `apt-get install postgresql-common && sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' "
          + "/etc/postgresql-common/createcluster.conf && apt-get install postgresql`, "
          + "or give the URL of a server with --database URL")
    }
    guard let version else { return newest }
    if let same = installed.first(where: { $0.majorVersion == version }) { return same }
    let home = Files.parent(of: folder)
    let dataDir = Files.parent(of: home)
    throw EmbeddedPostgresError(
      """
      the data folder \(folder) was made by PostgreSQL \(version), installed is \(newest.majorVersion). To move it over:
        apt-get install postgresql-\(version)
        flotilla-controller migrate --data-dir \(dataDir)
        export PGHOST=\(home)/socket PGUSER=flotilla PGPASSWORD=$(cat \(home)/password)
        pg_dump --format=custom --file=flotilla.dump flotilla
        flotilla-controller database-stop --data-dir \(dataDir)
        mv \(home) \(home).\(version)
        apt-get remove postgresql-\(version)
        flotilla-controller migrate --data-dir \(dataDir)
        export PGPASSWORD=$(cat \(home)/password)
        dropdb flotilla && createdb flotilla && pg_restore --dbname=flotilla flotilla.dump
      (`migrate` starts the server and leaves it running.)
      """)
  }

  private static func majorVersion(of text: String) -> Int? {
    text.split(separator: " ").lazy.compactMap { word in Int(word.prefix { ("0"..."9").contains($0) }) }.first
  }

  private static func folderEntries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
