import FleetModel
import FleetTemplate

/// The parameters and the rendering that the tables of these tests share.
enum Samples {
  static let parameters: [String: ParameterValue] = [
    "name": "east-1", "count": 3, "big": 3_000_000, "half": .decimal(0.5), "flag": true, "nothing": .null,
    "empty": "", "list": ["x", "y", "z"], "none": [], "mixed": ["a", .null, true, ["b": "c"]],
    "metadata": ["labels": ["environment": "prod", "a.b/c": "dotted"]],
    "path": ["path": "apps/web", "basename": "web", "segments": ["apps", "web"]],
  ]

  static let environment = TemplateEnvironment(
    now: .init(millisecondsSinceEpoch: 1_700_000_000_123), seed: "set/target",
    zones: [
      "Europe/Berlin": ZoneRules(transitions: [
        .init(start: .init(millisecondsSinceEpoch: 1_679_792_400_000), offsetSeconds: 7_200, abbreviation: "CEST"),
        .init(start: .init(millisecondsSinceEpoch: 1_698_541_200_000), offsetSeconds: 3_600, abbreviation: "CET"),
      ])
    ])

  static func render(_ template: String, limits: TemplateLimits = TemplateLimits()) throws(TemplateError) -> String {
    try GoTemplate(template, limits: limits).render(parameters, limits: limits, environment: environment)
  }

  /// The error of a template; nil when it has none.
  static func error(_ template: String, limits: TemplateLimits = TemplateLimits()) -> TemplateError? {
    do throws(TemplateError) {
      _ = try render(template, limits: limits)
      return nil
    } catch { return error }
  }
}
