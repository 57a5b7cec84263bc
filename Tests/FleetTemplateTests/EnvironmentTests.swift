import FleetTemplate
import Testing

/// What templates see of time and chance comes in as values.
@Suite struct EnvironmentTests {
  @Test(
    arguments: [
      ("{{ now | date \"2006-01-02T15:04:05.000Z07:00\" }}", "2023-11-14T22:13:20.123Z"), ("{{ now.Year }}", "2023"),
      ("{{ dateInZone \"15:04 MST -0700\" now \"Europe/Berlin\" }}", "23:13 CET +0100"),
      ("{{ dateInZone \"15:04 MST\" 1690000000 \"Europe/Berlin\" }}", "06:26 CEST"),
      ("{{ ago (toDate \"2006-01-02\" \"2023-11-14\") }}", "22h13m20s"),
      ("{{ durationRound (toDate \"2006\" \"2020\") }}", "3y"),
      ("{{ date \"2006\" \"no time\" }}", "2023"), ("{{ date_in_zone \"2006\" now \"UTC\" }}", "2023"),
      ("{{ now | must_date_modify \"1h\" | htmlDate }}", "2023-11-14"),
      ("{{ now | date_modify \"-24h\" | htmlDate }}", "2023-11-13"),
    ])
  func timeIsTheGivenInstant(template: String, expected: String) throws {
    #expect(try Samples.render(template) == expected)
  }

  @Test func unknownZonesAreRefusedByName() {
    #expect(Samples.error("{{ dateInZone \"15:04\" now \"Mars/Olympus\" }}")?.message.contains("Mars/Olympus") == true)
  }

  @Test(arguments: [
    "{{ now }}", "{{ ago now }}", "{{ date \"2006\" nil }}", "{{ randAlphaNum 5 }}", "{{ uuidv4 }}",
    "{{ shuffle \"ab\" }}",
  ])
  func withoutAnInstantOrSeedTheyAreRefused(template: String) throws {
    let read = try GoTemplate(template)
    #expect(throws: TemplateError.self) { try read.render([:]) }
  }

  @Test func chanceIsTheSameForSetTargetAndTemplateOnly() throws {
    let template = try GoTemplate(
      "{{ randAlpha 8 }} {{ randNumeric 8 }} {{ randAlphaNum 8 }} {{ randAscii 8 | len }} {{ randBytes 6 | len }} {{ randInt 5 9 }} {{ uuidv4 }} {{ shuffle \"abcdef\" | len }}"
    )
    func render(_ seed: String) throws -> String { try template.render([:], environment: .init(seed: seed)) }
    #expect(try render("set/a") == render("set/a"))
    #expect(try render("set/a") != render("set/b"))
    let other = try GoTemplate("{{ uuidv4 }}{{/* another */}}").render([:], environment: .init(seed: "set/a"))
    #expect(try GoTemplate("{{ uuidv4 }}").render([:], environment: .init(seed: "set/a")) != other)
    let parts = try render("set/a").split(separator: " ")
    #expect(parts[0].allSatisfy { $0.isLetter } && parts[1].allSatisfy { $0.isNumber })
    #expect([5, 6, 7, 8].contains(Int(parts[5])))
    let identifier = parts[6].split(separator: "-")
    #expect(identifier.map(\.count) == [8, 4, 4, 4, 12])
    #expect(identifier[2].hasPrefix("4"))
    #expect(["8", "9", "a", "b"].contains(identifier[3].prefix(1)))
  }

  @Test func aTemplateSaysWhichFunctionsItCalls() throws {
    #expect(try GoTemplate("{{ if false }}{{ now | date \"2006\" }}{{ end }}").functions == ["now", "date"])
  }

  @Test func changedMapsDoNotReachTheNextRendering() throws {
    let template = try GoTemplate("{{ .m.n }}{{ $_ := set .m \"n\" 2 }}{{ .m.n }}")
    let parameters: [String: ParameterValue] = ["m": ["n": 1]]
    #expect(try template.render(parameters) == "12")
    #expect(try template.render(parameters) == "12")
  }
}
