import FleetTemplate

/// Where templates are rendered differently from Argo CD's on purpose. A case that differs for one of these reasons is
/// printed with the reason and does not count as passed.
enum DeliberateDifferences {
  /// Reasons by the beginning of a case's name.
  static let cases: [String: String] = [:]

  /// Reasons by the functions that a template calls.
  static let functions: [String: String] = {
    var result = TemplateFunctions.refused
    for name in ["now", "ago"] { result[name] = "the time is the commit's" }
    for name in ["randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt", "randNumeric", "shuffle", "uuidv4"] {
      result[name] = "chance is drawn from set, target and template"
    }
    for name in ["keys", "values"] { result[name] = "maps have an order, where Go has none" }
    for name in ["nospace", "initials"] {
      result[name] = "characters beyond ASCII stay characters; sprig takes their bytes apart"
    }
    result["slice"] = "texts can be sliced, as Go's own function does"
    return result
  }()

  /// The reason why a case may differ; nil when it must not.
  static func reason(case name: String, template: String) -> String? {
    if let reason = cases.first(where: { name.hasPrefix($0.key) })?.value { return reason }
    let words = Set(template.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    return functions.sorted { $0.key < $1.key }.first { words.contains($0.key) }?.value
  }
}
