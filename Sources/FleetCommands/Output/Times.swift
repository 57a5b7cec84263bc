internal import FleetModel

/// A duration as tables show it: at most two units, `0s` for less than a second.
func shortDuration(_ duration: Duration) -> String {
  let seconds = max(0, duration.wholeMilliseconds / 1_000)
  let days = seconds / 86_400
  let hours = seconds / 3_600 % 24
  let minutes = seconds / 60 % 60
  if days > 0 { return hours > 0 ? "\(days)d\(hours)h" : "\(days)d" }
  if hours > 0 { return minutes > 0 ? "\(hours)h\(minutes)m" : "\(hours)h" }
  if minutes > 0 { return seconds % 60 > 0 ? "\(minutes)m\(seconds % 60)s" : "\(minutes)m" }
  return "\(seconds)s"
}

/// A moment for people (EXPERIENCE 7, AMENDMENTS 58): past within a day relative, else the date; future absolute with
/// its zone. Off a terminal it is RFC 3339, as in JSON.
func moment(_ instant: FleetModel.Instant?, now: FleetModel.Instant, isRelative: Bool) -> String {
  guard let instant else { return "never" }
  guard isRelative else { return instant.rfc3339 }
  let age = now - instant
  if age >= .zero, age < .seconds(86_400) { return age < .seconds(1) ? "now" : "\(shortDuration(age)) ago" }
  let text = instant.rfc3339
  return age >= .zero ? String(text.prefix(10)) : "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
}
