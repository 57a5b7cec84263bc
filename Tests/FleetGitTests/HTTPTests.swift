import FleetGit
import FleetModel
import FleetPorts
import FleetTestSupport
import Testing

@Suite("Fetching over http://")
struct HTTPTests {
  @Test("git http-backend is fetched from, and a later commit too")
  func withoutPassword() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      try await GitHTTPServer.with(folder: fixture.folder) { server in
        let reader = try makeReader(fixture)
        let source = repository(server.url("work/.git"))
        _ = try await reader.fetch(source, credential: nil)
        let second = try await fixture.commit("2", to: "app.yaml")
        #expect(try await reader.fetch(source, credential: nil).branch("main") == second)
        #expect(try await reader.tree(of: second, in: source).contents(of: "app.yaml") == Array("2".utf8))
        let absent = repository(server.url("absent.git"))
        let error = try await failure { () throws(SourceError) in try await reader.fetch(absent, credential: nil) }
        #expect(error.code == .repositoryNotFound, "\(error)")
      }
    }
  }

  @Test("the password is given when it is asked for; a wrong one is an error that does not repeat it")
  func withPassword() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      let password = "p%40ss wörd'\"$(x)"
      try await GitHTTPServer.with(folder: fixture.folder, user: ("kim@example.com", password)) { server in
        let reader = try makeReader(fixture)
        let source = repository(server.url("work/.git"), credential: "kim")
        let right = SourceCredential.password(user: "kim@example.com", password: password)
        #expect(try await reader.fetch(source, credential: right).branch("main") == first)

        let wrong = SourceCredential.password(user: "kim@example.com", password: "not-" + password)
        for credential in [wrong, nil] {
          let error = try await failure { () throws(SourceError) in
            try await reader.fetch(source, credential: credential)
          }
          #expect(error.code == .authentication, "\(error)")
          #expect(!error.description.contains("p%40ss"))
          #expect(!error.canRetry)
        }
        // Another project's repository with the same URL has a mirror of its own.
        let other = repository(server.url("work/.git"))
        let error = try await failure { () throws(SourceError) in try await reader.resolve(.head, in: other) }
        #expect(error.code == .repositoryNotFound)
      }
    }
  }

  @Test("a server that sends to another one does not get that one the password")
  func redirect() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      try await GitHTTPServer.with(folder: fixture.folder, user: ("kim", "hunter2")) { target in
        let base = "http://127.0.0.1:\(target.port)"
        try await GitHTTPServer.with(folder: fixture.folder, redirect: base) { server in
          let reader = try makeReader(fixture)
          let error = try await failure { () throws(SourceError) in
            try await reader.fetch(
              repository(server.url("work/.git")), credential: .password(user: "kim", password: "hunter2"))
          }
          #expect(!error.description.contains("hunter2"), "\(error)")
        }
      }
    }
  }

  @Test("a credential of the wrong kind is refused before anything is sent")
  func wrongKind() async throws {
    try await GitFixture.with { fixture in
      let reader = try makeReader(fixture)
      let key = SourceCredential.ssh(privateKey: "PRIVATE KEY", knownHosts: "h")
      let password = SourceCredential.password(user: "kim", password: "hunter2")
      let expected: [(String, SourceCredential?, SourceError.Code)] = [
        ("https://git.example.com/a", key, .invalid), ("ssh://git@git.example.com/a", password, .invalid),
        ("ssh://git@git.example.com/a", nil, .authentication), (fixture.fileURL, password, .invalid),
        ("https://git.example.com/a", .password(user: "kim", password: "a\nb"), .invalid),
        ("ssh://git@git.example.com/a", .ssh(privateKey: "PRIVATE KEY", knownHosts: " "), .invalid),
      ]
      for (url, credential, code) in expected {
        let error = try await failure { () throws(SourceError) in
          try await reader.fetch(repository(url), credential: credential)
        }
        #expect(error.code == code, "\(url): \(error)")
        #expect(!error.description.contains("hunter2"))
      }
    }
  }
}
