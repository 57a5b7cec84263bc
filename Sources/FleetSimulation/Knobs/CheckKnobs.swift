internal import FleetModel

/// Gates that are measured, drawn from a stream of its own, and how their measurements go.
struct CheckKnobs {
  /// In thousandths: how often a measurement is anything but a pass.
  var troublePermille: Int

  init(seed: UInt64, stages: inout [StageStrategy]) {
    var random = SeededRandom(seed: seed, stream: 20)
    troublePermille = random.pick([0, 30, 150, 500])
    guard random.chance(350) else { return }
    for index in stages.indices {
      if random.chance(250) { stages[index].before.append(Self.draw(&random)) }
      if random.chance(350) { stages[index].after.append(Self.draw(&random)) }
    }
  }

  private static func draw(_ random: inout SeededRandom) -> Gate {
    var rule = CheckRule()
    rule.interval = .seconds(random.pick([1, 10, 60]))
    rule.count = random.pick([1, 1, 2, 5])
    rule.failures = random.pick([0, 0, 1, 2])
    rule.retries = random.pick([0, 1, 3])
    rule.onInconclusive = random.pick([.halt, .halt, .fail, .wait])
    rule.onNoData = random.pick([.halt, .halt, .fail, .wait])
    rule.onError = random.pick([.halt, .halt, .fail, .wait])
    if random.chance(500) { return .http(HTTPCheck(url: "https://checks.example", rule: rule)) }
    return .analysis(
      "errors",
      Analysis(
        name: "errors", url: "https://prometheus.example", query: "errors", pass: Comparison(.less, 1), rule: rule))
  }
}
