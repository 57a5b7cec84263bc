import FleetModel
import FleetSync
import Testing

@Suite("An agent at rest")
struct RestTests {
  /// How often an agent with so many targets sends reports, by the hour from when its last target is well, and how many of
  /// them each target is in.
  static func requests(targets count: Int, hours: Int) -> (byHour: [Int], reports: Int) {
    // Some have been well for two hours, the youngest for a minute; none two at the same time.
    var machines = (0..<count).map { _ in MachineTests.settled(minReady: .seconds(1)) }
    var (begun, ended) = (Set<Int>(), [Int](repeating: 0, count: hours))
    let ages = (0..<count).map { Duration.seconds(7_200) * $0 / max(1, count - 1) }
    let start = Duration.seconds(7_260)
    var now = Duration.zero
    var reports = 0
    while now < start + .seconds(3_600) * hours {
      var next = Duration.seconds(1 << 40)
      var told = 0
      for index in machines.indices {
        guard now >= ages[index] else {
          next = min(next, ages[index])
          continue
        }
        if begun.insert(index).inserted || machines[index].nextWake.map({ $0 <= now - ages[index] }) == true {
          told += machines[index].timePassed(now: now - ages[index]).observations.count
        }
      }
      for index in machines.indices where told > 0 && now >= ages[index] {
        told += machines[index].tellAlong(now: now - ages[index]).observations.count
      }
      for index in machines.indices where now >= ages[index] {
        if let wake = machines[index].nextWake { next = min(next, ages[index] + wake) }
      }
      if told > 0, now >= start {
        ended[min(hours - 1, Int((now - start) / .seconds(3_600)))] += 1
        reports += told
      }
      now = max(next, now + .milliseconds(1))
    }
    return (ended, reports)
  }

  @Test("sends no more requests for many targets than for a few, and each target is told about as often as alone")
  func requestsDoNotGrow() {
    let (few, many) = (Self.requests(targets: 2, hours: 3), Self.requests(targets: 200, hours: 3))
    #expect(many.byHour.reduce(0, +) <= few.byHour.reduce(0, +) * 2, "\(many) for \(few)")
    // Without going along it would be a report for each target each time.
    #expect(many.reports > 20 * many.byHour.reduce(0, +), "\(many)")
    #expect(many.reports < 100 * 3 * few.reports, "\(many) for \(few)")
  }

  @Test("does not tell along what is under way, or what was told a short while ago")
  func notAlong() {
    var machine = MachineTests.settled(minReady: .seconds(1))
    _ = machine.timePassed(now: .seconds(1))
    #expect(machine.tellAlong(now: .seconds(2)).isEmpty)
    let told = machine.tellAlong(now: .seconds(40))
    #expect(told.observations.first?.readyFor == .seconds(40))
    #expect(machine.tellAlong(now: .seconds(41)).isEmpty)
    _ = machine.received(makeOrder(2, bundle: digest("two")), now: .seconds(90))
    _ = machine.arrived(digest("two"), objects: [configMapObject("a")], now: .seconds(90))
    #expect(machine.tellAlong(now: .seconds(300)).isEmpty)
  }

  @Test("tells at the second at which the order's wait is over, whatever it told before")
  func awaited() {
    var machine = MachineTests.settled(minReady: .seconds(30))
    #expect(!machine.tellAlong(now: .seconds(18)).isEmpty)
    #expect(machine.nextWake == .seconds(30))
  }
}
