/// How and from where charts are brought.
public struct ChartConfiguration: Sendable {
  /// The folder for indexes, archives and scratch files; made when it is not there. One process uses it at a time.
  public var dataFolder: String
  /// Whether servers on this machine (`localhost`, 127.0.0.0/8, ::1) may be named; a registry there is spoken to without
  /// TLS. For demos and tests.
  public var allowsLoopback: Bool
  /// Folders that are searched for `helm` before PATH is.
  public var programFolders: [String]
  /// How long one call of helm may take.
  public var timeLimit: Duration
  /// How large an archive may be.
  public var archiveLimitBytes: Int
  /// How large all files of an archive may be together.
  public var unpackedLimitBytes: Int
  /// How much of one repository is kept on the disk; the archives used longest ago go first.
  public var keptLimitBytes: Int
  /// A file with the certificates, in PEM, of the authorities that servers are trusted by; nil for the system's.
  public var certificateAuthorityFile: String?

  /// Makes a configuration; everything but the data folder has a default for a controller in production.
  public init(
    dataFolder: String, allowsLoopback: Bool = false, programFolders: [String] = [], timeLimit: Duration = .seconds(60),
    archiveLimitBytes: Int = 32 << 20, unpackedLimitBytes: Int = 64 << 20, keptLimitBytes: Int = 1 << 30,
    certificateAuthorityFile: String? = nil
  ) {
    self.dataFolder = dataFolder
    self.allowsLoopback = allowsLoopback
    self.programFolders = programFolders
    self.timeLimit = timeLimit
    self.archiveLimitBytes = archiveLimitBytes
    self.unpackedLimitBytes = unpackedLimitBytes
    self.keptLimitBytes = keptLimitBytes
    self.certificateAuthorityFile = certificateAuthorityFile
  }
}
