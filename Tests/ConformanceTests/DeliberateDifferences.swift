import Manifest

/// Where Flotilla does something else on purpose, with the reason. A case that differs and is not described here fails.
struct DeliberateDifference: Sendable {
  var reason: String
  var concerns: @Sendable (Case) -> Bool

  static let all: [DeliberateDifference] = [
    DeliberateDifference(reason: "the clusters are an expansion's input; listing them cannot fail in it") {
      $0.input["fixtures", "clusterListError"] != nil
    },
    DeliberateDifference(reason: "an AppProject has no counterpart that a generator would be refused by") { one in
      guard let project = one.input["templateProject"]?.string, !project.contains("{{") else { return false }
      return one.input["fixtures", "projects"]?.array?.contains { $0.string == project } == false
    },
    DeliberateDifference(reason: "a maxUpdate that is neither a number nor a percentage is an error, not 1") { one in
      guard one.operation == "maxUpdateLimit", let text = one.input["maxUpdate"]?.string else { return false }
      return !text.hasSuffix("%") || Int(text.dropLast()) == nil
    },
    DeliberateDifference(reason: "kinds of other products are judged by the standard conditions") {
      $0.kind == "health-custom"
        && $0.input["resource", "apiVersion"]?.string?.hasPrefix("apiextensions.k8s.io/") != true
    },
  ]

  /// The reason why a case may differ; nil when it may not.
  static func reason(for one: Case) -> String? { all.first { $0.concerns(one) }?.reason }
}
