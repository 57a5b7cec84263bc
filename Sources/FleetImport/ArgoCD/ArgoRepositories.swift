import FleetDocuments
import FleetModel
import Manifest

/// The repositories that ApplicationSets name, with what Argo CD's Secrets say about them.
struct ArgoRepositories {
  private struct Secret {
    var source: SourceDocument
    var url: String
    /// Whether it is for every repository below the URL.
    var isPrefix: Bool
    var hasCredential: Bool { ArgoRepositories.kind(of: source) != nil }
  }

  private let project: ProjectName
  private var secrets: [Secret] = []
  private var urls: [(url: String, kind: Repository.Kind, hadPassword: Bool)] = []
  private var told: Set<String> = []

  init(_ sources: ArgoSources, project: ProjectName) {
    self.project = project
    for source in sources.repositories {
      guard let url = secretText(source, "url") else { continue }
      let isPrefix = source.labels["argocd.argoproj.io/secret-type"]?.hasPrefix("repo-") == true
      secrets.append(Secret(source: source, url: url, isPrefix: isPrefix))
    }
  }

  /// Notes what a set uses. Passwords in its URLs are taken out of it.
  mutating func add(_ set: inout ArgoSet, _ book: inout ImportBook) {
    for (path, text, kind) in set.repositoryURLs {
      if text.contains("{{") {
        book.leaveOut(
          set.source, path, "the repository's URL is a template, so it is not known which repositories it names",
          hint: "add a Repository document for each of them")
        continue
      }
      let url = RepositoryURL(text)
      if url.hadPassword {
        book.differs(set.source, path, "the password in the URL was taken out", hint: "store it as a credential")
      }
      // Argo CD writes a registry without its scheme, as `enableOCI` of its Secret says that it is one.
      let isRegistry = kind == .helm && !url.url.contains("://") && !url.url.isEmpty
      let text = isRegistry ? Repository.registryScheme + url.url : url.url
      if let known = urls.firstIndex(where: { $0.url == text && $0.kind == kind }) {
        urls[known].hadPassword = urls[known].hadPassword || url.hadPassword
      } else if !text.isEmpty {
        urls.append((text, kind, url.hadPassword))
      }
    }
    set.replaceURLs { text in
      let url = RepositoryURL(text)
      return url.hadPassword ? url.url : nil
    }
  }

  /// Writes the Repository documents.
  mutating func write(_ book: inout ImportBook) {
    var names = NameBook()
    for (url, kind, hadPassword) in urls.sorted(by: { $0.url < $1.url }) {
      let name = names.name(NameBook.ofRepository(url))
      let secret = secret(for: url)
      let credential = secret.map { NameBook.valid($0.source.name) } ?? (hadPassword ? name : nil)
      book.add(
        DocumentWriter.node(
          for: Repository(
            project: project, name: RepositoryName(name), kind: kind, url: url, credential: credential)))
      if let secret { note(secret, url: url, &book) }
      if secret == nil, let credential {
        book.step(
          "flotilla credential set \(credential) --user USER --secret-file FILE", in: project,
          "what \(url) is fetched with")
      }
    }
  }

  /// The Secret with a credential for a URL: its own, else the longest prefix.
  private func secret(for url: String) -> Secret? {
    let url = url.hasPrefix(Repository.registryScheme) ? String(url.dropFirst(Repository.registryScheme.count)) : url
    let usable = secrets.filter { $0.hasCredential || !$0.isPrefix }
    if let own = usable.first(where: { !$0.isPrefix && Self.isSame($0.url, url) }), own.hasCredential { return own }
    return usable.filter { $0.isPrefix && url.hasPrefix($0.url) }.max { $0.url.utf8.count < $1.url.utf8.count }
  }

  /// Argo CD takes URLs with and without `.git` and `/` at the end for the same.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    func trimmed(_ text: String) -> String {
      var text = text[...]
      while text.hasSuffix("/") { text.removeLast() }
      if text.hasSuffix(".git") { text.removeLast(4) }
      return text.lowercased()
    }
    return trimmed(left) == trimmed(right)
  }

  /// What kind of credential a Secret holds.
  private static func kind(of source: SourceDocument) -> String? {
    ["sshPrivateKey", "password", "bearerToken", "githubAppPrivateKey", "tlsClientCertKey", "gcpServiceAccountKey"]
      .first { secretText(source, $0)?.isEmpty == false }
  }

  private mutating func note(_ secret: Secret, url: String, _ book: inout ImportBook) {
    let source = secret.source
    guard told.insert("\(source.file) \(source.name)").inserted else { return }
    let name = NameBook.valid(source.name)
    let reason = "what \(secret.isPrefix ? "repositories below \(secret.url) are" : "\(url) is") fetched with"
    switch Self.kind(of: source) {
    case "sshPrivateKey"?:
      book.step("flotilla credential set \(name) --ssh-key FILE --known-hosts FILE", in: project, reason)
    case "password"?: book.step("flotilla credential set \(name) --user USER --secret-file FILE", in: project, reason)
    case "bearerToken"?:
      book.step("flotilla credential set \(name) --user USER --secret-file FILE", in: project, reason)
    case let kind?:
      book.leaveOut(
        source, secretField(source, kind), "this version fetches with a token or an SSH key only",
        hint: "make a token or deploy key, and store it: flotilla credential set \(name) --user USER --secret-file FILE"
      )
      book.step("flotilla credential set \(name) --user USER --secret-file FILE", in: project, reason)
    case nil: break
    }
    for (key, why, hint) in Self.withoutPlace
    where secretText(source, key).map({ !["", "false"].contains($0) }) == true {
      book.leaveOut(source, secretField(source, key), why, hint: hint)
    }
  }

  private static let withoutPlace = [
    ("insecure", "a host's certificate is always verified", "let the controller's machine trust the host's authority"),
    ("insecureIgnoreHostKey", "a host's key is always verified", "give it with --known-hosts"),
    ("proxy", "a repository has no proxy of its own", "set HTTPS_PROXY for the controller"),
    ("enableLfs", "files of Git LFS are not fetched", "keep manifests out of it"),
    ("project", "a Repository may be used by every set of its project", "use a project of its own"),
  ]
}

/// A text of a Secret, from `stringData` or decoded from `data`; nil when it is not there or no text.
func secretText(_ source: SourceDocument, _ key: String) -> String? {
  if let text = source.node["stringData", key]?.string { return text }
  return source.node["data", key]?.string.flatMap(BaseEncoding.base64.bytes(of:))
    .flatMap { String(validating: $0, as: UTF8.self) }
}

/// The path of a Secret's entry.
func secretField(_ source: SourceDocument, _ key: String) -> String {
  "\(source.node["stringData", key] != nil ? "stringData" : "data").\(key)"
}
