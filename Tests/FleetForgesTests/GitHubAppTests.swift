import FleetGenerators
import FleetPorts
import FleetTestSupport
import Testing

@testable import FleetForges

@Suite struct GitHubAppTests {
  /// Made for this test with `openssl genrsa`; it opens nothing.
  static let key = """
    -----BEGIN RSA PRIVATE KEY-----
    MIIEogIBAAKCAQEAlDUOjCg1hXfuDgfMeuvt9bC8VAbwIeoX8zPDZG9WSFVEJzgY
    bRcFxiYH+sL4Nf/XOn5I7vwvIB/OPPGhmChrpSCe/QteAtb+pouk/rb7yj9Zvm7+
    AgGKts0Bx9Rq2TVfc7uKfmmQ0vyLPJklEssGQUM6+m5WffZT4dxfrFCSBzQQtpdP
    srBoMXgCsh3TFDMQ33eCxDewUu6l+1FumWBbiS4gFL5q4AUV/S6Lf+6zLCrEpIe9
    69oqo+iZcTfCtExMNMYHy3Qc/e/GGUgdKoJlk5gz5RN1/sFzD1dYnyL0YLQIDOM1
    TTMms2Aruoxu/zHI6kj5NbYYieJJIj3ooHc/NwIDAQABAoIBABZqHnofYVYp44yn
    AfZGlPrx23m7LDl6MFxteWFI3rwae9qRRvhwtpnXifYTOKY0vEtcwBEM04prOljI
    k+TxmrN4RzNZXcLWMIs7AXLYdSTgXI/1igr+9V4Hi/u56jL8Oc8aD6xmBiuIBagz
    jSzWHGsQYkIadTr1tI1V3qOunSHjiKmPGdILM71CV00aQViKLc/mpLHkxwFciSP/
    b3iu/RoE+dg4NEPyy+V/VZg0gW2J6AhvD9WZZt7ggUtxfzvi83NJhY2XozoU7IXf
    vkhw27SIzuFJrtlFN2II/kms67zaQvpUPOrugtEoyyzCFqhf4KhonHeXJSNgMvZ3
    1HZ+aoECgYEAyVEc2VLMmoLd8IKwabsDI/RcIFmb86ZLtYwCGczDnWMxAgiYpdnR
    mZ162HYrsJKa7guPd+c1oGQe8+2dAd+g+H78Re0CgdmCAyGYJ9RHTOmASQTchr29
    hmNn6pqAbwCYtSOdoIhmuyDdCjdlz4MXwbQ7Rb5sjl2cKc7mj24Cr/cCgYEAvHbi
    UPIjCU6sjK09OMnEZM+CwCIHFNbnN0JPnKIEtOSiBmaqUwpo1WVX/5rK91IGx4OD
    Rg+zHu0PHHikO13l5YMxBbmiPIqBnc5YyMdNhneLCAzxaQjuoA8QBnBFx1Z22JLn
    z1npGsO5k52MjlKrCQDMK2yEsXYZaeibgIiamsECgYBD7tYgU7ttTEneVgt3sj6u
    DFBmLjbc8jnMCnHPCPTdkFJCUGpKVQVQo/6HOuElVWNofogsOt4ywHZdc8oujqsA
    D8HLSt40uRQRQG3aytxAjO7YNQbBhReGWNcBKJ+8VWQyg9E2EbEw5jcQsn7tllwW
    5l21/Dsfk2EWDpZowgOwIwKBgDAtL8NDcoNhkihP7LOEmGiwxxq4WBkSqn5svA8t
    N4jKXUTHn8ikg5HxWyJi/nlkhYkg7EDPqJlCPjen+0uVwDwAYlq1Tmytd17Qrc99
    ayrxih/ftyKDfwR5dT5AGwZO6wiH3SwbLsSBvgGnJ5QGO+SMSKTdE7qNlweEx6N+
    yA7BAoGAeJwgCkJGjUGNOceyPJ2QCxpnmCTRhYGvabEM2bDK1vao9glaq9/gvVRg
    zZjWjM1MIb+VVIJB+57AXszYfiQx8lA0Nu3DgZ2FhlSjK3V8MD4eEqhknNFQTogc
    vbB/tntDVwR9R0rLxiNko8wS9LqQkrjyJ24AMtcRl/P94otPuDo=
    -----END RSA PRIVATE KEY-----
    """

  /// What `openssl dgst -sha256 -sign` makes of the same header and claims at 1700000000.
  static let statement = [
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE2OTk5OTk5NDAsImV4cCI6MTcwMDAwMDU0MCwiaXNzIjoiMTIzNDU",
    "ifQ.HHEqoCGx0KLoFuRR3O0cXX3oHsAqs5Plc2khNJ7EeMhN-3t0EXA4DgKL6ypSs73Omi_e2ercYoGGxOts6BczhKpJETcd94--",
    "7n6-_Hjy_NCCLfylyVvpKuhLhG1-sTou9mH2HBLjmTdl-qDYIuXoSnW4d-K6yS0kYMNyzaoUm0VHUzw4v2gkwMRev7ncuBLieMRs",
    "1fIW_KdN3pvicnp0ariwil2_ucgjGbtrfrGpI2kzSnV53uboJHoz6G0-Q7aLUF3qyDd6bzxgsN_ANZtaVBK6crZhZNBGDOo4rZmP",
    "rvYPY57_pZacRc1_L24keMCuElxw0nFczcZ0QjIlAtue4g",
  ].joined()

  static let secret = StoredSecret(
    values: ["githubAppID": "12345", "githubAppInstallationID": "678", "githubAppPrivateKey": key], hosts: ["127.0.0.1"]
  )

  @Test func theStatementIsSignedAsOpenSSLSignsIt() throws {
    #expect(try GitHubApp(Self.secret, name: "app").statement(now: 1_700_000_000) == Self.statement)
  }

  @Test func anInstallationsTokenIsAskedForOnceAndUsed() async throws {
    var references = References()
    references.secrets["app"] = Self.secret
    try await ForgeFixture.with([GitHubAnswers.installationToken] + GitHubAnswers.pullRequests, references: references)
    {
      forge in
      let settings = #"{"owner": "octo-org", "repo": "Hello-World", "api": "{base}", "appSecretName": "app"}"#
      let first = try await forge.pullRequests("github", settings)
      let second = try await forge.pullRequests("github", settings)
      #expect(first.map(\.number) == [1347, 1348])
      #expect(second == first)
      #expect(forge.server.unexpected == [])
      let posts = forge.server.seen.filter { $0.line.hasPrefix("POST") }
      #expect(posts.count == 1)
      #expect(posts.first?.headers["authorization"]?.hasPrefix("Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.") == true)
      #expect(
        forge.server.seen.last?.headers["authorization"] == "Bearer ghs_16C7e42F292c6912E7710c838347Ae178B4a")
    }
  }

  @Test(arguments: ["githubAppID", "githubAppInstallationID", "githubAppPrivateKey"])
  func aSecretThatIsNoAppSaysWhatIsMissing(key: String) throws {
    var secret = Self.secret
    secret.values[key] = nil
    let error = #expect(throws: GeneratorSourceError.self) { try GitHubApp(secret, name: "app") }
    #expect(error?.message == "credential \"app\" has no key \"\(key)\"")
    secret.values[key] = "x"
    if key == "githubAppPrivateKey" {
      #expect(throws: GeneratorSourceError.self) { try GitHubApp(secret, name: "app") }
    }
  }
}
