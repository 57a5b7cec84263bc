import FleetPorts

/// Reads how long to wait from an answer that says "too many".
enum RateLimit {
  /// A pause that is longer is cut: clocks differ, and a reset far away is more likely a mistake.
  static let longest = Duration.seconds(3_600)
  /// Without a word about when, as GitHub asks for.
  static let standard = Duration.seconds(60)

  /// How long to ask nothing; nil when the answer is about something else.
  ///
  /// 429 says so by itself; GitHub says it with 403 as well, when nothing remains or with `Retry-After`; 503 with
  /// `Retry-After` is the same wish.
  ///
  /// - Parameter now: seconds since 1970.
  static func pause(after reply: ForgeReply, now: Int64) -> Duration? {
    let retryAfter = reply.headers["retry-after"]
    switch reply.status {
    case 429: break
    case 403 where reply.headers["x-ratelimit-remaining"] == "0" || retryAfter != nil: break
    case 503 where retryAfter != nil: break
    default: return nil
    }
    var seconds: Int64?
    if let retryAfter { seconds = Int64(retryAfter) ?? HTTPDate.seconds(retryAfter).map { $0 - now } }
    if seconds == nil, reply.status != 503 { seconds = reset(reply, now) }
    guard let seconds else { return standard }
    return min(max(.seconds(seconds), .seconds(1)), longest)
  }

  /// `X-RateLimit-Reset` of GitHub and Azure DevOps and `RateLimit-Reset` of GitLab are times; the same header of others
  /// is a number of seconds. A time is far in the past as a number of seconds.
  private static func reset(_ reply: ForgeReply, _ now: Int64) -> Int64? {
    let header = reply.headers["x-ratelimit-reset"] ?? reply.headers["ratelimit-reset"]
    guard let value = header.flatMap({ Int64($0) }) else { return nil }
    // One second more, because the time is told in whole ones.
    return value > 1_000_000_000 ? value - now + 1 : value
  }
}

/// The dates of HTTP (RFC 9110, IMF-fixdate), for example `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970; nil for any other form.
  static func seconds(_ text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]), (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3 else { return nil }
    return days(year, Int64(month + 1), day) * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
  }

  /// Days since 1970-01-01 in the Gregorian calendar, by counting years from March on.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }

  /// `20150830T123600Z`
  static func compact(_ seconds: Int64) -> String {
    let day = seconds / 86_400
    let rest = seconds % 86_400
    // The inverse of the sum above (400 years have 146,097 days).
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * dayOfYear + 2) / 153
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let parts = [
      padded(year, 4), padded(month, 2), padded(dayOfYear - (153 * fromMarch + 2) / 5 + 1, 2), "T",
      padded(rest / 3_600, 2),
      padded(rest / 60 % 60, 2), padded(rest % 60, 2), "Z",
    ]
    return parts.joined()
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
