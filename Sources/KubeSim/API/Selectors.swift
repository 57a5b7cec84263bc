import Manifest

/// A label selector of a query (exchange 034).
struct LabelQuery: Sendable {
  private enum Requirement: Sendable {
    case exists(String)
    case absent(String)
    case isIn(String, [String])
    case notIn(String, [String])
    /// A number that is more, or less, than this.
    case compares(String, isMore: Bool, Int64)

    var key: String {
      switch self {
      case .exists(let key), .absent(let key), .isIn(let key, _), .notIn(let key, _), .compares(let key, _, _): key
      }
    }
  }

  private var requirements: [Requirement] = []
  var isEmpty: Bool { requirements.isEmpty }

  init() {}

  init(_ text: String) throws(APIFailure) {
    var depth = 0
    var parts: [String] = [""]
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    guard depth == 0 else {
      throw .badRequest("unable to parse requirement: found '', expected: ',', ')' or identifier")
    }
    for part in parts where !part.allSatisfy(\.isWhitespace) {
      let requirement = try Self.requirement(part)
      if let words = NameRules.qualifiedName(requirement.key) {
        throw .badRequest(
          "unable to parse requirement: <nil>: Invalid value: \(JSONText.text(.text(requirement.key))): \(words)")
      }
      requirements.append(requirement)
    }
  }

  private static func requirement(_ text: String) throws(APIFailure) -> Requirement {
    func trim(_ part: Substring) -> String {
      String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    let text = trim(text[...])
    if text.hasPrefix("!") { return .absent(trim(text.dropFirst())) }
    for (symbol, isNegated) in [("!=", true), ("==", false), ("=", false)] {
      if let range = text.firstRange(of: symbol) {
        let key = trim(text[..<range.lowerBound])
        let value = trim(text[range.upperBound...])
        if let space = value.firstIndex(where: \.isWhitespace) {
          throw .badRequest("found '\(trim(value[space...]))', expected: ',' or 'end of string'")
        }
        return isNegated ? .notIn(key, [value]) : .isIn(key, [value])
      }
    }
    for symbol in [">", "<"] {
      if let range = text.firstRange(of: symbol), let number = Int64(trim(text[range.upperBound...])) {
        return .compares(trim(text[..<range.lowerBound]), isMore: symbol == ">", number)
      }
    }
    guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else {
      guard !text.contains(where: \.isWhitespace) else {
        throw .badRequest("unable to parse requirement: found '\(text)', expected: in, notin, =, ==, !=, gt, lt")
      }
      return .exists(text)
    }
    let head = text[..<open].split(whereSeparator: \.isWhitespace)
    let values = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
      .map(trim)
    guard head.count == 2, head[1] == "in" || head[1] == "notin" else {
      throw .badRequest("unable to parse requirement: found '\(text)', expected: in, notin, =, ==, !=, gt, lt")
    }
    return head[1] == "in" ? .isIn(String(head[0]), values) : .notIn(String(head[0]), values)
  }

  func matches(_ object: Node) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .exists(let key): object.label(key) != nil
      case .absent(let key): object.label(key) == nil
      case .isIn(let key, let values): object.label(key).map(values.contains) ?? false
      case .notIn(let key, let values): !(object.label(key).map(values.contains) ?? false)
      case .compares(let key, let isMore, let number):
        object.label(key).flatMap { Int64($0) }.map { isMore ? $0 > number : $0 < number } ?? false
      }
    }
  }
}

/// A field selector of a query (exchange 035).
struct FieldQuery: Sendable {
  private var requirements: [(path: [String], value: String, isEqual: Bool)] = []
  var isEmpty: Bool { requirements.isEmpty }

  init() {}

  init(_ text: String, _ type: ResourceType) throws(APIFailure) {
    // In this order a real server looks at them, and complains of the first.
    for part in text.split(separator: ",").sorted() {
      var isEqual = true
      var range = part.firstRange(of: "!=")
      if range != nil { isEqual = false } else { range = part.firstRange(of: "==") ?? part.firstRange(of: "=") }
      guard let range else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      let field = String(part[..<range.lowerBound])
      guard Self.isSupported(field, type) else {
        throw .badRequest(
          type.isCustom || Self.kindsWithFields.contains(type.kind)
            ? "field label not supported: \(field)"
            : "\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
      }
      requirements.append((field.split(separator: ".").map(String.init), String(part[range.upperBound...]), isEqual))
    }
  }

  private static let kindsWithFields: Set<String> = [
    "Pod", "Secret", "Namespace", "Node", "ReplicaSet", "Job", "Service", "Event",
  ]

  private static func isSupported(_ field: String, _ type: ResourceType) -> Bool {
    if field == "metadata.name" || field == "metadata.namespace" { return true }
    switch type.kind {
    case "Pod":
      return ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase"]
        .contains(field)
    case "Secret": return field == "type"
    case "Namespace": return field == "status.phase"
    case "Node": return field == "spec.unschedulable"
    case "ReplicaSet": return field == "status.replicas"
    case "Job": return field == "status.successful"
    case "Service": return field == "spec.clusterIP" || field == "spec.type"
    case "Event":
      return field.hasPrefix("involvedObject.") || ["reason", "type", "reportingComponent", "source"].contains(field)
    default: return false
    }
  }

  func matches(_ object: Node) -> Bool {
    requirements.allSatisfy { requirement in
      let value: String =
        switch object.at(requirement.path)?.value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        default: ""
        }
      return (value == requirement.value) == requirement.isEqual
    }
  }
}
