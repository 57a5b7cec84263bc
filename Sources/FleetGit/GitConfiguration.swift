/// How and from where repositories are fetched.
public struct GitConfiguration: Sendable {
  /// The folder for mirrors and scratch files; made when it is not there. One process uses it at a time.
  public var dataFolder: String
  /// The folders below which `file://` repositories may lie; none by default.
  public var fileFolders: [String]
  /// Whether servers on this machine (`localhost`, 127.0.0.0/8, ::1) may be named; for demos and tests.
  public var allowsLoopback: Bool
  /// The git program: a name that PATH finds, or a path.
  public var gitProgram: String
  /// How long asking a server for its branches and tags may take.
  public var listTimeLimit: Duration
  /// How long bringing what is new may take.
  public var fetchTimeLimit: Duration
  /// How many fetches may run at once; half of them are kept free of repositories that did not answer last time.
  public var concurrentFetches: Int
  /// How many mirrors stay open while nobody reads them.
  public var openMirrors: Int
  /// The proxy for `https://` and `http://`, for example `http://proxy.example.com:3128`; nil for none. This
  /// process's own environment is not looked at.
  public var proxy: String?
  /// Hosts and domains that are reached without the proxy.
  public var hostsWithoutProxy: [String]
  /// A file with the certificates, in PEM, of the authorities that `https://` servers are trusted by; nil for the
  /// system's.
  public var certificateAuthorityFile: String?

  /// Makes a configuration; everything but the data folder has a default for a controller in production.
  public init(
    dataFolder: String, fileFolders: [String] = [], allowsLoopback: Bool = false, gitProgram: String = "git",
    listTimeLimit: Duration = .seconds(30), fetchTimeLimit: Duration = .seconds(600), concurrentFetches: Int = 16,
    openMirrors: Int = 32, proxy: String? = nil, hostsWithoutProxy: [String] = [],
    certificateAuthorityFile: String? = nil
  ) {
    self.dataFolder = dataFolder
    self.fileFolders = fileFolders
    self.allowsLoopback = allowsLoopback
    self.gitProgram = gitProgram
    self.listTimeLimit = listTimeLimit
    self.fetchTimeLimit = fetchTimeLimit
    self.concurrentFetches = max(1, concurrentFetches)
    self.openMirrors = max(1, openMirrors)
    self.proxy = proxy
    self.hostsWithoutProxy = hostsWithoutProxy
    self.certificateAuthorityFile = certificateAuthorityFile
  }
}
