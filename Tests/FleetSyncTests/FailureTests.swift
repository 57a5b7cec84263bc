import FleetSync
import Testing

@Suite("Write failures")
struct FailureTests {
  @Test(
    "terminal or tried again (R10)",
    arguments: [
      (.status(400, reason: "BadRequest"), .terminal), (.status(401, reason: "Unauthorized"), .terminal),
      (.status(403, reason: "Forbidden"), .terminal), (.status(405, reason: "MethodNotAllowed"), .terminal),
      (.status(413, reason: "RequestEntityTooLarge"), .terminal), (.status(415, reason: ""), .terminal),
      (.status(422, reason: "Invalid"), .terminal), (.fieldManagerConflict, .terminal), (.content, .terminal),
      (.status(408, reason: "Timeout"), .retried), (.status(409, reason: "Conflict"), .retried),
      (.status(410, reason: "Gone"), .retried), (.status(425, reason: ""), .retried),
      (.status(429, reason: "TooManyRequests"), .retried), (.status(500, reason: "InternalError"), .retried),
      (.status(503, reason: "ServiceUnavailable"), .retried), (.status(504, reason: "Timeout"), .retried),
      (.noMatch, .retried), (.connection, .retried), (.stillThere, .retried), (.namespaceAbsent, .retried),
      (.status(404, reason: "NotFound"), .retried),
    ] as [(WriteFailure.Cause, WriteFailure.Verdict)])
  func table(cause: WriteFailure.Cause, verdict: WriteFailure.Verdict) {
    #expect(WriteFailure(cause, "").verdict(elapsed: .zero) == verdict)
    // Only an absent namespace changes its meaning with time.
    let isPatient = cause == .namespaceAbsent || cause == .status(404, reason: "NotFound")
    #expect(WriteFailure(cause, "").verdict(elapsed: .seconds(60)) == (isPatient ? .terminal : verdict))
  }

  @Test("waits double up to 30 s, are spread, the same each time, and never shorter than the server asks")
  func delays() {
    for attempt in 1...40 {
      let full = min(500 << (min(attempt, 20) - 1), 30_000)
      let delay = retryDelay(attempt: attempt, key: "a")
      #expect(delay >= .milliseconds(full / 2) && delay <= .milliseconds(full))
      #expect(delay == retryDelay(attempt: attempt, key: "a"))
    }
    #expect(Set((0..<50).map { retryDelay(attempt: 5, key: "agent-\($0)") }).count > 40)
    #expect(retryDelay(attempt: 1, key: "a", retryAfter: .seconds(9)) == .seconds(9))
  }
}
