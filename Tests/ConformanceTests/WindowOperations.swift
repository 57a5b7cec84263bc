import FleetDocuments
import FleetModel
import Manifest

@testable import FleetPlanner

extension Operations {
  @Sendable static func windowActive(_ one: Case) throws(Refused) -> Node {
    let active = try isOpen(one.input["window"] ?? [:], one)
    return ["active": Node(.boolean(active))]
  }

  @Sendable static func activeWindows(_ one: Case) throws(Refused) -> Node {
    try count(one) { $0 }
  }

  @Sendable static func inactiveAllowWindows(_ one: Case) throws(Refused) -> Node {
    try count(one) { !$0 }
  }

  /// The decision over windows of which is known whether they are open. `manualSync` is theirs alone: a person here
  /// overrides what is closed, each time with a reason, so that the windows that let people through are left out first.
  @Sendable static func canSync(_ one: Case) throws(Refused) -> Node {
    let isManual = one.input["isManual"]?.boolean == true
    let entries = one.input["windows"]?.array ?? []
    func letsThrough(_ entry: Node) -> Bool { isManual && entry["manualSync"]?.boolean == true }
    func isActive(_ entry: Node) -> Bool { entry["active"]?.boolean == true }
    let closed = entries.filter { $0["kind"]?.string == "allow" && !isActive($0) }
    let needsAllow = closed.isEmpty || !closed.allSatisfy(letsThrough)
    var windows: [String: Window] = [:]
    for (index, entry) in entries.enumerated() {
      let effect: Window.Effect = entry["kind"]?.string == "deny" ? .deny : .allow
      guard effect == .allow ? needsAllow : !letsThrough(entry) else { continue }
      windows["w\(index)"] = Window(
        name: "w\(index)", effect: effect, start: try cron(isActive(entry) ? "0 0 * * *" : "0 12 * * *"),
        duration: .seconds(3_600), lastStart: .zero, timeZone: .named("UTC"))
    }
    let question = WindowQuestion(
      lists: [windows.keys.sorted()], progressDeadline: .seconds(60), labels: [:], overrides: [])
    let midnight = TimeZoneRules.utc.instant(of: CivilMinute(date: CivilDate(daysSinceEpoch: 20_000), minute: 1))
    return ["canSync": Node(.boolean(ChangeCalendar(windows: windows).closure(question, at: midnight) == nil))]
  }

  private static func count(_ one: Case, _ isCounted: (Bool) -> Bool) throws(Refused) -> Node {
    var places: [Int] = []
    for (index, window) in (one.input["windows"]?.array ?? []).enumerated() {
      if isCounted(try isOpen(window, one)) { places.append(index) }
    }
    // Upstream's tests look at the place only where one window is found.
    let first = places.count == 1 ? places.first : nil
    return [
      "count": Node(.integer(Int64(places.count))),
      "firstIndex": first.map { Node(.integer(Int64($0))) } ?? Node(.null),
    ]
  }

  /// Whether a window is open at the case's time: read from a document as users write it.
  private static func isOpen(_ window: Node, _ one: Case) throws(Refused) -> Bool {
    let now = one.input["now"] ?? [:]
    let offset = now["location", "offsetSeconds"]?.integer ?? 0
    var zone = TimeZoneRules(name: "UTC", offset: 0)
    var name = window["timeZone"]?.string ?? ""
    if name.isEmpty { name = "UTC" }
    if name != "UTC" { zone = try SystemZones.rules(name) }
    let document: Node = [
      "apiVersion": Node(.string(Documents.apiVersion)), "kind": "Window", "metadata": ["name": "w"],
      "spec": [
        "effect": window["kind"] ?? "allow", "cron": window["schedule"] ?? "", "duration": window["duration"] ?? "",
        "timeZone": Node(.string(name)),
      ],
    ]
    let (documents, findings) = Documents.read(JSON.bytes(document), file: "")
    guard case .window(let read)? = documents.first?.content else { throw Refused(findings) }
    // Some day; upstream takes the one on which its tests run.
    let minute = Int(now["hour"]?.integer ?? 0) * 60 + Int(now["minute"]?.integer ?? 0)
    let here = TimeZoneRules(name: "here", offset: offset)
    let at = here.instant(of: CivilMinute(date: CivilDate(daysSinceEpoch: 20_790), minute: minute))
    return read.isOpen(at: at, in: zone)
  }

  private static func cron(_ text: String) throws(Refused) -> Schedule {
    do throws(ScheduleError) { return .cron(try CronSchedule(text)) } catch { throw Refused(error.message) }
  }
}
