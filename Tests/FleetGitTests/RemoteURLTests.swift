import FleetPorts
import FleetPrograms
import FleetTestSupport
import Testing

@testable import FleetGit

@Suite("Repository URLs")
struct RemoteURLTests {
  private static func read(_ url: String, allowsLoopback: Bool = false) -> Result<RemoteURL, SourceError> {
    do throws(SourceError) {
      return .success(try RemoteURL(url, fileFolders: [], allowsLoopback: allowsLoopback))
    } catch {
      return .failure(error)
    }
  }

  @Test(
    "what Git hosts print is understood",
    arguments: [
      ("https://github.com/acme/fleet.git", RemoteURL.Scheme.https, "github.com", "github.com"),
      ("https://git.example.com:8443/a/b", .https, "git.example.com", "git.example.com:8443"),
      ("HTTPS://kim@git.example.com/a", .https, "git.example.com", "git.example.com"),
      ("http://10.0.0.5/a.git", .http, "10.0.0.5", "10.0.0.5"),
      ("ssh://git@git.example.com:2222/a/b.git", .ssh, "git.example.com", "git.example.com:2222"),
      ("git@github.com:acme/fleet.git", .ssh, "github.com", "github.com"),
      ("git.example.com:a", .ssh, "git.example.com", "git.example.com"),
      ("https://[2001:db8::1]:8443/a", .https, "2001:db8::1", "[2001:db8::1]:8443"),
    ])
  func understood(url: String, scheme: RemoteURL.Scheme, host: String, authority: String) throws {
    let remote = try Self.read(url).get()
    #expect(remote.scheme == scheme && remote.host == host && remote.authority == authority)
    #expect(remote.text == url)
  }

  @Test(
    "what could run a program, reach this machine's own services or hide a password is refused",
    arguments: [
      ("ext::sh -c touch% /tmp/x", SourceError.Code.invalid), ("ext::sh", .invalid), ("fd::17", .invalid),
      ("--upload-pack=touch", .invalid), ("-u:x", .invalid), ("", .invalid), ("/etc", .invalid), ("./x", .invalid),
      ("git://github.com/a/b", .notAllowed), ("ftp://example.com/a", .notAllowed), ("ext://x/y", .notAllowed),
      ("https://", .invalid), ("https://example.com", .invalid), ("https:///x", .invalid),
      ("https://exa mple.com/x", .invalid), ("https://example.com:99999/x", .invalid),
      ("ssh://-oProxyCommand=x/y", .invalid), ("-oProxyCommand=x@h:y", .invalid), ("ssh://git@-oX=y/z", .invalid),
      ("git@-oProxyCommand=x:y", .invalid), ("https://kim:secret@example.com/x", .invalid),
      ("https://exa\nmple.com/x", .invalid), ("https://a%00b/x", .invalid),
      ("http://127.0.0.1/x", .notAllowed), ("http://localhost/x", .notAllowed), ("http://LOCALHOST./x", .notAllowed),
      ("http://127.1/x", .notAllowed), ("http://0x7f000001/x", .notAllowed), ("http://2130706433/x", .notAllowed),
      ("http://0177.0.0.1/x", .notAllowed), ("http://0.0.0.0/x", .notAllowed), ("http://[::1]/x", .notAllowed),
      ("http://[::]/x", .notAllowed), ("http://[::ffff:127.0.0.1]/x", .notAllowed), ("git@localhost:x", .notAllowed),
      ("http://169.254.169.254/latest", .notAllowed), ("http://[fe80::1]/x", .notAllowed),
      ("http://[::ffff:169.254.169.254]/x", .notAllowed), ("http://0xa9fea9fe/x", .notAllowed),
      ("http://metadata.google.internal/x", .notAllowed), ("file:///etc", .notAllowed), ("file://host/etc", .invalid),
    ])
  func refused(url: String, code: SourceError.Code) throws {
    switch Self.read(url) {
    case .success(let remote): Issue.record("\(remote.text) was accepted")
    case .failure(let error):
      #expect(error.code == code, "\(url): \(error)")
      #expect(!error.description.contains("secret"))
    }
  }

  @Test("loopback can be allowed, link-local cannot")
  func loopback() throws {
    #expect(throws: Never.self) { try Self.read("http://127.0.0.1:8080/x", allowsLoopback: true).get() }
    #expect(throws: SourceError.self) { try Self.read("http://169.254.169.254/x", allowsLoopback: true).get() }
  }

  @Test("no text of a credential shows its values")
  func credentialText() {
    let credentials = [
      SourceCredential.password(user: "kim", password: "hunter2"), .ssh(privateKey: "hunter2", knownHosts: "hunter2"),
    ]
    for credential in credentials {
      var dumped = ""
      dump(credential, to: &dumped)
      let texts = ["\(credential)", String(reflecting: credential), "\([credential])", dumped]
      #expect(!texts.contains { $0.contains("hunter2") || $0.contains("kim") }, "\(texts)")
    }
  }
}

@Suite("Answering git's questions")
struct AskPassTests {
  @Test(
    "the password goes to the credential's own server only",
    arguments: [
      ("Username for 'https://git.example.com:8443': ", "kim\n"),
      ("Password for 'https://kim@git.example.com:8443': ", "hunter2\n"),
      ("Password for 'https://k%40x@git.example.com:8443': ", "hunter2\n"),
      ("Password for 'http://kim@git.example.com:8443': ", ""),
      ("Password for 'https://kim@git.example.com': ", ""),
      ("Password for 'https://kim@evil.example.org': ", ""),
      ("Password for 'https://git.example.com:8443@evil.example.org': ", ""),
      ("Password for 'https://kim@evil-git.example.com:8443': ", ""),
      ("Username for 'https://evil.example.org': ", ""),
    ])
  func questions(question: String, answer: String) async throws {
    try await GitFixture.with { fixture in
      let folder = try DataFolder(fixture.folder + "/data")
      let result = try await Program.run(
        folder.askPassFile, arguments: [question],
        environment: [
          "FLOTILLA_GIT_SCHEME": "https", "FLOTILLA_GIT_AUTHORITY": "git.example.com:8443", "FLOTILLA_GIT_USER": "kim",
          "FLOTILLA_GIT_PASSWORD": "hunter2",
        ], timeLimit: .seconds(10), outputLimitBytes: 1_024)
      #expect(String(decoding: result.output, as: UTF8.self) == answer)
    }
  }
}
