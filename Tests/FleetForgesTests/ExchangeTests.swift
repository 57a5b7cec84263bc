@testable import FleetForges
import FleetPorts
import Testing

/// The pure parts: URLs, links, limits, signatures.
@Suite struct ExchangeTests {
  @Test func urlsKeepWhatIsEncodedAndEncodeWhatIsNot() throws {
    let url = try ForgeURL("HTTPS://Git.Example.com:8443/api/v4/?a=b%2Fc#x")
    #expect(url.text == "https://git.example.com:8443/api/v4/?a=b%2Fc")
    #expect(url.appending("groups", "a/b c").text == "https://git.example.com:8443/api/v4/groups/a%2Fb%20c?a=b%2Fc")
    #expect(url.with([("$top", "1"), ("q", "ä&=")]).query == "$top=1&q=%C3%A4%26%3D")
    #expect(try url.resolving("/x?y").text == "https://git.example.com:8443/x?y")
    #expect(try ForgeURL("https://a").isSameOrigin(as: try ForgeURL("https://a:443/x")))
    #expect(try !ForgeURL("https://a").isSameOrigin(as: try ForgeURL("http://a")))
    #expect(try !ForgeURL("https://a").isSameOrigin(as: try url.resolving("//a/x".replacing("//", with: "https://b/"))))
    #expect(try ForgeURL("http://[::1]:80/").hostHeader == "[::1]:80")
  }

  @Test(arguments: [
    (#"<https://a/x?page=2>; rel="next", <https://a/x?page=5>; rel="last""#, "https://a/x?page=2"),
    (#"<https://a/x?page=1>; rel="prev", <https://a/x?page=3>; rel="next""#, "https://a/x?page=3"),
    (#"<https://a/x,y?p=;2>;title="a, b";rel=next"#, "https://a/x,y?p=;2"),
    (#"<https://a/x>; rel="prev first""#, ""), ("", ""), ("<", ""), (#"<https://a>; rel="first next""#, "https://a"),
  ])
  func links(header: String, next: String) { #expect(Paging.next(inLink: header) ?? "" == next) }

  @Test(
    arguments: [
      (429, [:], 60), (429, ["retry-after": "7"], 7), (429, ["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"], 37),
      (403, ["x-ratelimit-remaining": "0"], 60), (403, ["x-ratelimit-remaining": "5"], nil),
      (403, ["retry-after": "3"], 3), (429, ["ratelimit-reset": "12"], 12), (429, ["retry-after": "999999"], 3_600),
      (429, ["retry-after": "0"], 1), (503, ["retry-after": "5"], 5), (503, [:], nil),
      (200, ["x-ratelimit-remaining": "0"], nil),
    ] as [(Int, [String: String], Int?)])
  func limits(status: Int, headers: [String: String], seconds: Int?) {
    let reply = ForgeReply(status: status, headers: headers, body: [])
    // Sun, 06 Nov 1994 08:49:00 GMT
    #expect(RateLimit.pause(after: reply, now: 784_111_740) == seconds.map { .seconds($0) })
  }

  @Test func aResetIsATimeOfToday() {
    let reply = ForgeReply(
      status: 403, headers: ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000090"], body: [])
    #expect(RateLimit.pause(after: reply, now: 1_700_000_000) == .seconds(91))
  }

  @Test func datesAreWrittenForSignatures() {
    #expect(HTTPDate.compact(1_440_938_160) == "20150830T123600Z")
    #expect(HTTPDate.compact(0) == "19700101T000000Z")
    #expect(HTTPDate.compact(1_709_209_845) == "20240229T123045Z")
    #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(HTTPDate.seconds("yesterday") == nil)
  }

  /// AWS's published test suite for Signature Version 4 (aws-sig-v4-test-suite), by the names of its cases.
  @Test(arguments: [
    (
      "get-vanilla", "GET", "https://example.amazonaws.com/", "",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    (
      "get-vanilla-query-order-key-case", "GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    (
      "post-vanilla", "POST", "https://example.amazonaws.com/", "",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    ),
    (
      "post-x-www-form-urlencoded", "POST", "https://example.amazonaws.com/", "Param1=value1",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    ),
  ])
  func signatures(name: String, method: String, url: String, body: String, signature: String) throws {
    let request = ForgeRequest(
      method == "GET" ? .get : .post, try ForgeURL(url),
      headers: body.isEmpty ? [] : [("content-type", "application/x-www-form-urlencoded")], body: Array(body.utf8))
    let signer = SignatureV4(
      keys: AWSKeys(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1", service: "service", seconds: 1_440_938_160)
    let headers = Dictionary(uniqueKeysWithValues: signer.headers(for: request).map { ($0.name, $0.value) })
    let names = body.isEmpty ? "host;x-amz-date" : "content-type;host;x-amz-date"
    #expect(headers["x-amz-date"] == "20150830T123600Z")
    #expect(
      headers["authorization"]
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=\(names), Signature=\(signature)"
    )
  }

  @Test func secretsAreNotShown() {
    let authorization = Authorization.bearer("hunter2")
    #expect(!"\(authorization)".contains("hunter2"))
    #expect(!"\(AWSKeys(accessKeyID: "a", secretAccessKey: "hunter2"))".contains("hunter2"))
    #expect(!"\(StoredSecret(values: ["a": "hunter2"]))".contains("hunter2"))
    var text = ""
    dump(StoredSecret(values: ["a": "hunter2"]), to: &text)
    #expect(!text.contains("hunter2"))
  }

  @Test func aHostThatFailsIsAskedByOneAtATime() throws {
    let gate = HostGate()
    let start = ContinuousClock.now
    let error = GeneratorSourceError(.unreachable, "away")
    try gate.enter("a", at: start)
    #expect(gate.fail("a", error, chance: 0.5, at: start).retryAfter == .seconds(5))
    #expect(throws: GeneratorSourceError(.unreachable, "away", retryAfter: .seconds(4))) {
      try gate.enter("a", at: start + .seconds(1))
    }
    try gate.enter("a", at: start + .seconds(6))
    #expect(throws: GeneratorSourceError.self) { try gate.enter("a", at: start + .seconds(6)) }
    try gate.enter("b", at: start + .seconds(6))
    #expect(gate.fail("a", error, chance: 0.5, at: start + .seconds(6)).retryAfter == .seconds(10))
    try gate.enter("a", at: start + .seconds(17))
    gate.succeed("a")
    try gate.enter("a", at: start + .seconds(17))
    try gate.enter("a", at: start + .seconds(17))
  }
}
