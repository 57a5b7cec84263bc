import FleetModel
import FoundationEssentials
import Manifest

/// Reads kubeconfig documents; docs/reference/kubernetes-client.md says what is understood.
public enum Kubeconfig {
  /// What a kubeconfig may make this process do besides talking to its server (AMENDMENTS 27).
  public struct Permissions: Sendable {
    /// Whether certificates, keys and tokens may be read from files that it names. Relative names start at its folder.
    public var files: Bool
    /// Whether a program that it names may be run for credentials.
    public var programs: Bool
    /// Whether a proxy that it names may be used.
    public var proxies: Bool

    /// Makes permissions; nothing is allowed that is not said.
    public init(files: Bool = false, programs: Bool = false, proxies: Bool = false) {
      self.files = files
      self.programs = programs
      self.proxies = proxies
    }

    /// Everything: for the kubeconfig of whoever runs this process.
    public static let all = Permissions(files: true, programs: true, proxies: true)
  }

  /// Reads a file, or several as `KUBECONFIG` lists them; see `read`.
  ///
  /// - Parameter path: one file, or several with colons between them: what an earlier one has, a later one does not
  ///   change, and those that do not exist are passed over as long as one does.
  public static func load(
    path: String, context: String? = nil, permissions: Permissions = .all
  ) throws(KubeError) -> KubeConfiguration {
    var files: [(name: String, bytes: [UInt8])] = []
    for name in paths(path) {
      guard let data = FileManager.default.contents(atPath: name) else {
        throw KubeError(.configuration, message: "\(name): the kubeconfig cannot be read")
      }
      files.append((name, Array(data)))
    }
    return try read(files, context: context, permissions: permissions)
  }

  /// The files that a text with colons names, those that exist as long as one does; one whose own name has a colon is
  /// one file when it exists.
  public static func paths(_ text: String) -> [String] {
    if !text.contains(":") || FileManager.default.fileExists(atPath: text) { return [text] }
    var seen: Set<String> = []
    let all = text.split(separator: ":").map(String.init).filter { seen.insert($0).inserted }
    let existing = all.filter { FileManager.default.fileExists(atPath: $0) }
    if !existing.isEmpty { return existing }
    return all.isEmpty ? [text] : all
  }

  /// Reads one context of a kubeconfig in YAML or JSON.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages and as the start of relative file names.
  ///   - context: the context's name; nil for `current-context`.
  /// - Throws: a `KubeError` of kind `configuration` naming what is missing or not allowed. It holds no credentials.
  public static func read(
    _ bytes: [UInt8], file: String, context: String? = nil, permissions: Permissions = Permissions()
  ) throws(KubeError) -> KubeConfiguration {
    try read([(file, bytes)], context: context, permissions: permissions)
  }

  /// Reads one context of several kubeconfigs together: of everything with a name the first counts.
  public static func read(
    _ files: [(name: String, bytes: [UInt8])], context: String? = nil, permissions: Permissions = Permissions()
  ) throws(KubeError) -> KubeConfiguration {
    var documents: [KubeconfigReader.Document] = []
    for file in files {
      documents.append(.init(file: file.name, node: try document(file.bytes, file: file.name)))
    }
    return try KubeconfigReader(documents: documents, permissions: permissions).configuration(context: context)
  }

  private static func document(_ bytes: [UInt8], file: String) throws(KubeError) -> Node {
    do {
      guard let first = try DocumentReader.documents(bytes, file: file).first else {
        throw KubeError(.configuration, message: "\(file): the kubeconfig is empty")
      }
      return first
    } catch let error as KubeError {
      throw error
    } catch {
      // A parser's message may quote the line, and with it a token.
      throw KubeError(.configuration, message: "\(file): the kubeconfig is neither YAML nor JSON")
    }
  }

  /// The names of all contexts, in the order written.
  public static func contexts(_ bytes: [UInt8], file: String) -> [String] {
    let document = (try? DocumentReader.documents(bytes, file: file))?.first
    return (document?["contexts"]?.array ?? []).compactMap { $0["name"]?.string }
  }

  /// The configuration of a Pod, from its service account. The token is read again when the kubelet renews it.
  public static func inCluster(
    environment: [String: String], folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
  ) throws(KubeError) -> KubeConfiguration {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      let authority = FileManager.default.contents(atPath: folder + "/ca.crt")
    else {
      throw KubeError(
        .configuration,
        message: "not inside a cluster: KUBERNETES_SERVICE_HOST or \(folder)/ca.crt is missing; give a kubeconfig")
    }
    let namespace = FileManager.default.contents(atPath: folder + "/namespace").map {
      String(decoding: $0, as: UTF8.self)
    }
    return KubeConfiguration(
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
      token: .file(TokenFile(path: folder + "/token")), certificateAuthority: Array(authority),
      namespace: namespace ?? "")
  }
}
