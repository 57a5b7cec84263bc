import FleetPrograms
import FoundationEssentials
public import Manifest

/// A program that prints credentials, as `kubectl` runs it (`users[].user.exec`, client.authentication.k8s.io).
///
/// It runs when there are no credentials yet, when they expired, and once after the server refused them (401). However
/// many requests wait for it, it runs once.
public actor CredentialProgram {
  /// What to run, and how.
  public struct Settings: Sendable {
    /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
    public var apiVersion: String
    /// A path, or a name that is looked up in PATH.
    public var command: String
    /// The arguments.
    public var arguments: [String]
    /// Variables beside those of this process.
    public var environment: [String: String]
    /// What to tell whoever lacks the program; empty for nothing.
    public var installHint: String
    /// What the program is told about the cluster; nil for nothing (`provideClusterInfo`).
    public var cluster: Node?
    /// How long it may run.
    public var timeLimit: Duration

    /// Makes settings.
    public init(
      apiVersion: String, command: String, arguments: [String] = [], environment: [String: String] = [:],
      installHint: String = "", cluster: Node? = nil, timeLimit: Duration = .seconds(60)
    ) {
      self.apiVersion = apiVersion
      self.command = command
      self.arguments = arguments
      self.environment = environment
      self.installHint = installHint
      self.cluster = cluster
      self.timeLimit = timeLimit
    }
  }

  /// What to run, and how.
  public nonisolated let settings: Settings
  private var kept: PrintedCredentials?
  private var running: Task<Result<PrintedCredentials, KubeError>, Never>?
  private var renewedAt: ContinuousClock.Instant?
  /// A user who may not do something gets no new credentials with every request.
  private static let pauseBetweenRenewals = Duration.seconds(10)
  private static let longestOutputBytes = 1 << 20

  /// Wraps a program; it runs at the first use.
  public init(_ settings: Settings) { self.settings = settings }

  /// The credentials, from the last run while they have not expired.
  func current() async throws(KubeError) -> Credentials {
    if let kept, kept.expires.map({ Date() < $0 }) ?? true { return kept.credentials }
    return try await run()
  }

  /// After a 401 for these credentials: newer ones; nil when they were renewed for the same reason a moment ago.
  func renewed(after used: Credentials) async throws(KubeError) -> Credentials? {
    if let kept, kept.credentials != used { return kept.credentials }
    if let renewedAt, renewedAt.duration(to: .now) < Self.pauseBetweenRenewals { return nil }
    renewedAt = .now
    return try await run()
  }

  private func run() async throws(KubeError) -> Credentials {
    let task: Task<Result<PrintedCredentials, KubeError>, Never>
    if let running {
      task = running
    } else {
      // A task of its own: a caller that is cancelled does not take the others' credentials along.
      task = Task { [settings] in
        do throws(KubeError) { return .success(try await Self.execute(settings)) } catch { return .failure(error) }
      }
      running = task
    }
    let result = await task.value
    if running == task { running = nil }
    let printed = try result.get()
    kept = printed
    return printed.credentials
  }

  private static func execute(_ settings: Settings) async throws(KubeError) -> PrintedCredentials {
    var spec: Node = ["interactive": false]
    if let cluster = settings.cluster { spec["cluster"] = cluster }
    let question: Node = [
      "apiVersion": Node(.string(settings.apiVersion)), "kind": "ExecCredential", "spec": spec,
    ]
    var environment = ProcessInfo.processInfo.environment
    environment.merge(settings.environment) { _, ours in ours }
    environment["KUBERNETES_EXEC_INFO"] = JSON.text(question)
    let result: ProgramResult
    do {
      result = try await Program.run(
        settings.command, arguments: settings.arguments, environment: environment, timeLimit: settings.timeLimit,
        outputLimitBytes: longestOutputBytes)
    } catch {
      var words = "the kubeconfig's credential program cannot be run: \(error)"
      if case .notFound = error, !settings.installHint.isEmpty { words += "\n\(settings.installHint)" }
      throw KubeError(.credentials, message: words)
    }
    guard result.isSuccess else {
      let said = result.errorText.split(separator: "\n").last.map { ": \($0.prefix(300))" } ?? ""
      throw KubeError(
        .credentials,
        message: "the kubeconfig's credential program \(settings.command) ended with \(result.exitCode)\(said)")
    }
    return try PrintedCredentials(result.output, apiVersion: settings.apiVersion, program: settings.command)
  }
}

/// An `ExecCredential` as a program prints it.
struct PrintedCredentials: Sendable {
  var credentials: Credentials
  /// Until when they are good; nil for until the server refuses them.
  var expires: Date?

  /// Reads what the program printed.
  ///
  /// - Throws: a `KubeError` of kind `credentials` that names the field and repeats nothing of the output.
  init(_ output: [UInt8], apiVersion: String, program: String) throws(KubeError) {
    func failure(_ words: String) -> KubeError {
      KubeError(.credentials, message: "the kubeconfig's credential program \(program) \(words)")
    }
    guard let printed = try? JSON.parse(output) else { throw failure("printed no JSON; expected an ExecCredential") }
    guard printed["kind"]?.string == "ExecCredential", printed["apiVersion"]?.string == apiVersion else {
      throw failure(
        "printed another kind or apiVersion than ExecCredential of \(apiVersion), which the kubeconfig asks for")
    }
    guard let status = printed["status"] else { throw failure("printed no status; it has to hold the credentials") }
    let token = status["token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let certificate = status["clientCertificateData"]?.string.map { Array($0.utf8) }
    let key = status["clientKeyData"]?.string.map { Array($0.utf8) }
    guard (certificate == nil) == (key == nil) else {
      throw failure("printed one of status.clientCertificateData and status.clientKeyData; expected both or none")
    }
    guard token != nil || certificate != nil else {
      throw failure("printed neither status.token nor status.clientCertificateData")
    }
    credentials = Credentials(token: token, certificate: certificate, key: key)
    guard let text = status["expirationTimestamp"]?.string else { return }
    guard let date = Self.date(text) else {
      throw failure("printed a status.expirationTimestamp that is no time of RFC 3339")
    }
    expires = date
  }

  private static func date(_ text: String) -> Date? {
    (try? Date.ISO8601FormatStyle().parse(text))
      ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
  }
}
