@testable import FleetCommands
import FleetAPI
import FleetModel
import Testing

@Suite struct OutputTests {
  @Test func columnsAreAlignedAndNothingTrails() {
    let table = Table(
      columns: [.init("NAME"), .init("COUNT", isNumber: true), .init("HIDDEN", isWide: true), .init("MESSAGE")],
      rows: [["a", "1", "x", ""], ["longer", "1,000", "y", "fine"]])
    let plain = Style(isOn: false)
    #expect(
      table.lines(isWide: false, style: plain) == ["NAME    COUNT  MESSAGE", "a           1", "longer  1,000  fine"])
    #expect(table.lines(isWide: true, style: plain)[1] == "a           1  x")
    #expect(table.lines(isWide: false, style: plain, width: 23)[2] == "longer  1,000  fine")
    let long = Table(columns: [.init("MESSAGE")], rows: [["a line\nbroken in two"]])
    #expect(long.lines(isWide: false, style: plain, width: 10)[1] == "a line br…")
    let hinted = Table(columns: [.init("MESSAGE")], rows: [["what is wrong\n  what to do\n"]])
    #expect(hinted.lines(isWide: false, style: plain) == ["MESSAGE", "what is wrong what to do"])
  }

  @Test func aTableThatGoesOnKeepsItsColumns() {
    let plain = Style(isOn: false)
    func line(_ a: String, _ b: String, _ widths: inout [Int]) -> String? {
      Table(columns: [.init("A"), .init("B")], rows: [[.init(a), .init(b)]])
        .lines(isWide: false, style: plain, width: nil, atLeast: &widths).last
    }
    var widths: [Int] = []
    #expect(line("long", "x", &widths) == "long  x")
    #expect(line("a", "y", &widths) == "a     y")
    #expect(line("longer", "z", &widths) == "longer  z")
    #expect(line("b", "z", &widths) == "b       z")
  }

  @Test func durationsHaveAtMostTwoUnits() {
    let expected: [(Int, String)] = [
      (0, "0s"), (59, "59s"), (60, "1m"), (61, "1m1s"), (3_600, "1h"), (3_661, "1h1m"), (86_400, "1d"),
      (90_000, "1d1h"), (-5, "0s"),
    ]
    for (seconds, text) in expected { #expect(shortDuration(.seconds(seconds)) == text) }
  }

  @Test func timesAreRelativeOnATerminalAndExactElsewhere() {
    let now = testNow
    #expect(moment(now - .seconds(61), now: now, isRelative: true) == "1m1s ago")
    #expect(moment(now - .seconds(200_000), now: now, isRelative: true) == "2026-11-21")
    #expect(moment(now + .seconds(3_600), now: now, isRelative: true) == "2026-11-23 16:42 UTC")
    #expect(moment(now, now: now, isRelative: false) == "2026-11-23T15:42:50.000Z")
    #expect(moment(nil, now: now, isRelative: true) == "never")
  }

  @Test func coloursAreForTerminalsOnly() {
    let recording = Recording()
    #expect(testConsole(recording, isTerminal: true).style(.output).isOn)
    #expect(!testConsole(recording, isTerminal: false).style(.output).isOn)
    #expect(!testConsole(recording, environment: ["NO_COLOR": "1"], isTerminal: true).style(.output).isOn)
    #expect(!testConsole(recording, environment: ["TERM": "dumb"], isTerminal: true).style(.output).isOn)
    var refusing = testConsole(recording, isTerminal: true)
    refusing.refusesColor = true
    #expect(!refusing.style(.error).isOn)
  }

  @Test func numbersAreGrouped() {
    #expect([0, 999, 1_000, 1_234_567, -1_000].map(grouped) == ["0", "999", "1,000", "1,234,567", "-1,000"])
    #expect(counted(1, "cluster") == "1 cluster")
    #expect(counted(4_988, "cluster") == "4,988 clusters")
  }

  @Test func aLongListIsPagedOnATerminalAndSaysHowMuchIsLeft() async throws {
    let items = (1...30).map { number in
      var cluster = ClusterResource.example
      cluster.name = ClusterName("eu-\(number)")
      return cluster
    }
    for (isTerminal, left, expected) in [(true, 4_988, "… 4,988 more"), (false, 20_000, "… more than 20,000 more")] {
      let result = try await ScriptedController.with(
        answer: { _, _ in .init(body: .json(ListPage(items: items, next: "eu-30", remaining: left))) },
        { _, url in
          await flotilla("get", "clusters", "--limit", "30", "--server", url, isTerminal: isTerminal)
        })
      #expect(result.exitCode == 0)
      #expect((result.output == "(a pager shows 31 lines)\n") == isTerminal)
      #expect(result.error == expected + " (--all)\n")
    }
  }
}
