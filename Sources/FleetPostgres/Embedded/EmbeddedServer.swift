import FleetPorts
import FleetPrograms

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Making and starting the server of one data folder.
struct EmbeddedServer: Sendable {
  var folder: String
  var data: String
  var sockets: String
  var server: PostgresInstallation
  var user: ProgramUser?
  var owner: (UInt32, UInt32)
  var isDurable: Bool

  /// Makes the data in a folder beside it and moves it into place, so that a crash leaves nothing half made.
  func initialize() async throws(EmbeddedPostgresError) {
    let fresh = folder + "/data.new"
    let password = (0..<4).map { _ in
      let part = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - part.count) + part
    }.joined()
    try await Self.run("/bin/rm", ["-rf", fresh], user: nil)
    try Files.makePrivateFolder(fresh, owner: owner)
    let passwordFile = folder + "/initdb-password"
    try Files.write(password + "\n", to: passwordFile, owner: owner)
    defer { unlink(passwordFile) }
    try await Self.run(
      server.binaries + "/initdb",
      [
        "-D", fresh, "-U", "flotilla", "--pwfile=\(passwordFile)", "--auth=scram-sha-256", "--encoding=UTF8",
        "--locale=C", "--no-instructions",
      ] + (isDurable ? [] : ["--no-sync"]), user: user)
    let configuration = (Files.read(fresh + "/postgresql.conf") ?? "") + "\ninclude = 'flotilla.conf'\n"
    try Files.write(configuration, to: fresh + "/postgresql.conf", owner: owner)
    try Files.write(password, to: folder + "/password", owner: (geteuid(), getegid()))
    guard rename(fresh, data) == 0 else {
      throw EmbeddedPostgresError("cannot move \(fresh) to \(data): \(String(cString: strerror(errno)))")
    }
  }

  /// Starts the server detached from this process and waits until it answers.
  func start() async throws(EmbeddedPostgresError) {
    try Files.write(configuration, to: data + "/flotilla.conf", owner: owner)
    let log = folder + "/postgres.log"
    let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0, fchown(descriptor, owner.0, owner.1) == 0 else {
      throw EmbeddedPostgresError("cannot write \(log): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    do {
      try await Self.run(
        server.binaries + "/pg_ctl", ["start", "-D", data, "-l", log, "-w", "-t", "60"], user: user)
    } catch {
      let tail = (Files.read(log) ?? "").split(separator: "\n").suffix(5).joined(separator: "\n  ")
      throw EmbeddedPostgresError("\(error.description)\n\(log) ends with:\n  \(tail)")
    }
  }

  /// Makes the database that Flotilla uses, when it is not there.
  func createDatabase(password: String) async throws(EmbeddedPostgresError) {
    if await Self.answers(url(database: "flotilla", password: password)) == nil { return }
    let maintenance = url(database: "postgres", password: password)
    if let problem = await Self.answers(maintenance, thenRun: "CREATE DATABASE flotilla") {
      throw EmbeddedPostgresError("the embedded PostgreSQL in \(folder) does not let us in: \(problem)")
    }
  }

  func url(database: String, password: String) -> String {
    "postgresql:///\(database)?host=\(Self.percentEncoded(sockets))&user=flotilla&password=\(password)"
  }

  var isRunning: Bool { Self.runningProcess(data: data) != nil }

  /// The server's first process: the one that `postmaster.pid` names, if it lives and works in this data folder.
  static func runningProcess(data: String) -> Int32? {
    guard let file = Files.read(data + "/postmaster.pid"),
      let process = file.split(separator: "\n").first.flatMap({ Int32($0) }),
      kill(process, 0) == 0 || errno == EPERM
    else { return nil }
    guard let resolved = realpath(data, nil) else { return nil }
    defer { free(resolved) }
    return Files.linkTarget("/proc/\(process)/cwd") == String(cString: resolved) ? process : nil
  }

  /// Runs a program of the server, or a small one for it, and throws with what it said.
  static func run(
    _ program: String, _ arguments: [String], user: ProgramUser?
  ) async throws(EmbeddedPostgresError) {
    let result: ProgramResult
    do {
      result = try await Program.run(
        program, arguments: arguments, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"],
        workingDirectory: "/", timeLimit: .seconds(120), outputLimitBytes: 1 << 20, user: user)
    } catch {
      throw EmbeddedPostgresError("\(error)")
    }
    guard result.isSuccess else {
      let said = (result.errorText + result.text).split(separator: "\n").suffix(10).joined(separator: "\n  ")
      throw EmbeddedPostgresError("\(program) ended with exit code \(result.exitCode):\n  \(said)")
    }
  }

  /// Nil when the database answers (and the script ran), else why not.
  private static func answers(_ url: String, thenRun script: String = "SELECT 1") async -> String? {
    do {
      try await PostgresScript.run(script, url: url)
      return nil
    } catch {
      return error.message
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }

  private var configuration: String {
    var lines = [
      "# Written at every start of flotilla-controller.",
      "listen_addresses = ''",
      "unix_socket_directories = '\(sockets.split(separator: "'").joined(separator: "''"))'",
      "unix_socket_permissions = 0777",
      "port = 5432",
      "max_connections = 200",
      "shared_buffers = '64MB'",
      "max_wal_size = '512MB'",
      "log_min_messages = warning",
      "log_line_prefix = '%m [%p] '",
      "timezone = 'UTC'",
      "log_timezone = 'UTC'",
    ]
    if !isDurable { lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"] }
    return lines.joined(separator: "\n") + "\n"
  }
}
