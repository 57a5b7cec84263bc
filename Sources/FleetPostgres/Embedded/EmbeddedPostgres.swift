import FleetPrograms
public import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A PostgreSQL server of the controller's own, made from the installed programs, on a Unix socket that only its user and
/// root may enter (AMENDMENTS 43).
///
/// It is started detached and outlives a crash of the controller: the next start finds it and uses it again. `stop()`
/// ends it. As root it runs as the user `postgres`, else `nobody`, because PostgreSQL refuses to run as root.
public struct EmbeddedPostgres: Sendable {
  /// The folder that holds the data, the password, the socket and the log.
  public let folder: String
  /// Where to connect, with the password: not for logs.
  public let url: String
  /// Whether this start found the server running.
  public let wasRunning: Bool
  private let server: PostgresInstallation
  private let user: ProgramUser?

  /// `/var/lib/flotilla/postgres` as root, else `flotilla/postgres` in the user's state folder.
  public static func defaultFolder(environment: [String: String]) -> String {
    if geteuid() == 0 { return "/var/lib/flotilla/postgres" }
    let state = environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.local/state"
    return state + "/flotilla/postgres"
  }

  /// Starts the server of a folder, or finds it running; makes the data when the folder is new.
  ///
  /// - Parameters:
  ///   - folder: where everything is kept; an absolute path.
  ///   - isDurable: whether commits are flushed to the disk; only tests say no.
  ///   - logger: for what is being done.
  /// - Throws: ``EmbeddedPostgresError`` with what to do.
  public static func start(
    folder: String, isDurable: Bool = true, logger: Logger
  ) async throws(EmbeddedPostgresError) -> EmbeddedPostgres {
    guard folder.hasPrefix("/") else { throw EmbeddedPostgresError("\(folder): an absolute path is needed") }
    let user = try serverUser()
    let owner = (user?.userID ?? geteuid(), user?.groupID ?? getegid())
    try Files.makeFolder(folder, mode: user == nil ? 0o700 : 0o711)
    if user != nil, let obstacle = Files.obstacle(to: folder, for: owner) {
      throw EmbeddedPostgresError(
        "user \(owner.0), as whom PostgreSQL runs, may not enter \(obstacle): name another folder with --data-dir, "
          + "for example /var/lib/flotilla")
    }
    let lock = try await StartLock.take(folder + "/lock")
    defer { lock.release() }
    let data = folder + "/data"
    let version = Files.read(data + "/PG_VERSION").flatMap { Int($0.prefix { $0.isNumber }) }
    let server = try await PostgresInstallation.choose(forDataOf: version, in: data)
    let sockets = try socketFolder(for: folder, owner: owner)
    let starter = EmbeddedServer(
      folder: folder, data: data, sockets: sockets, server: server, user: user, owner: owner, isDurable: isDurable)
    if version == nil {
      logger.info("making a PostgreSQL database", metadata: ["folder": "\(folder)"])
      try await starter.initialize()
    }
    guard let password = Files.read(folder + "/password") else {
      throw EmbeddedPostgresError("\(folder)/password is missing: put it back, or remove \(folder) and what it holds")
    }
    let wasRunning = starter.isRunning
    if !wasRunning { try await starter.start() }
    let url = starter.url(database: "flotilla", password: password)
    try await starter.createDatabase(password: password)
    return EmbeddedPostgres(folder: folder, url: url, wasRunning: wasRunning, server: server, user: user)
  }

  /// Ends the server cleanly: open transactions are taken back, everything committed is on the disk.
  public func stop() async throws(EmbeddedPostgresError) {
    try await Self.stop(data: folder + "/data", server: server, user: user)
  }

  /// Ends the server of a folder; false when none runs there.
  public static func stop(folder: String) async throws(EmbeddedPostgresError) -> Bool {
    let data = folder + "/data"
    guard let version = Files.read(data + "/PG_VERSION").flatMap({ Int($0.prefix { $0.isNumber }) }),
      EmbeddedServer.runningProcess(data: data) != nil
    else { return false }
    let server = try await PostgresInstallation.choose(forDataOf: version, in: data)
    try await stop(data: data, server: server, user: serverUser())
    return true
  }

  /// The number of the server's first process; nil when it does not run.
  public var processID: Int32? { EmbeddedServer.runningProcess(data: folder + "/data") }

  private static func stop(
    data: String, server: PostgresInstallation, user: ProgramUser?
  ) async throws(EmbeddedPostgresError) {
    guard EmbeddedServer.runningProcess(data: data) != nil else { return }
    try await EmbeddedServer.run(
      server.binaries + "/pg_ctl", ["stop", "-D", data, "-m", "fast", "-w", "-t", "60"], user: user)
  }

  /// Whom the server runs as; nil for this process's own user.
  private static func serverUser() throws(EmbeddedPostgresError) -> ProgramUser? {
    guard geteuid() == 0 else { return nil }
    for name in ["postgres", "nobody"] {
      if let entry = getpwnam(name) {
        return ProgramUser(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
      }
    }
    throw EmbeddedPostgresError(
      "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody': "
        + "run the controller as another user")
  }

  /// A folder for the socket whose path fits into a socket's address (107 bytes).
  private static func socketFolder(
    for folder: String, owner: (UInt32, UInt32)
  ) throws(EmbeddedPostgresError) -> String {
    var sockets = folder + "/socket"
    if (sockets + "/.s.PGSQL.5432").utf8.count > 107 {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in folder.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      sockets = "/tmp/flotilla-socket-\(String(hash, radix: 16))"
    }
    try Files.makePrivateFolder(sockets, owner: owner)
    return sockets
  }
}
