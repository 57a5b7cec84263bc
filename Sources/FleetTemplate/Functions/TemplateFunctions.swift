import FleetModel

/// A function of Go templates.
final class TemplateFunction: Sendable {
  typealias Body = @Sendable (Arguments) throws(FunctionError) -> Value

  let name: String
  let arity: ClosedRange<Int>
  /// The truth of an argument that ends the evaluation; nil when all are evaluated.
  let shortCircuit: Bool?
  /// Whether the first argument is a regular expression.
  let takesPattern: Bool
  let body: Body

  init(
    _ name: String, _ arity: ClosedRange<Int>, shortCircuit: Bool? = nil, takesPattern: Bool = false,
    _ body: @escaping Body
  ) {
    self.name = name
    self.arity = arity
    self.shortCircuit = shortCircuit
    self.takesPattern = takesPattern
    self.body = body
  }

  var arityText: String {
    if arity.upperBound == .max { return "at least \(arity.lowerBound)" }
    if arity.count == 1 { return "\(arity.lowerBound)" }
    return "\(arity.lowerBound) to \(arity.upperBound)"
  }
}

/// Functions by name, while they are collected.
struct FunctionTable {
  private(set) var functions: [String: TemplateFunction] = [:]

  mutating func add(
    _ names: String..., arity: ClosedRange<Int>, shortCircuit: Bool? = nil, takesPattern: Bool = false,
    _ body: @escaping TemplateFunction.Body
  ) {
    for name in names {
      functions[name] = TemplateFunction(
        name, arity, shortCircuit: shortCircuit, takesPattern: takesPattern, body)
    }
  }

  mutating func add(_ names: String..., arity: Int, _ body: @escaping TemplateFunction.Body) {
    for name in names { functions[name] = TemplateFunction(name, arity...arity, body) }
  }

  mutating func add(_ names: String..., atLeast arity: Int, _ body: @escaping TemplateFunction.Body) {
    for name in names { functions[name] = TemplateFunction(name, arity...Int.max, body) }
  }
}

/// The functions that templates can call.
public enum TemplateFunctions {
  /// The names of all functions that templates can call, in order.
  public static let names: [String] = table.keys.sorted()

  /// The names of functions that Argo CD has and Flotilla refuses, with the reason.
  public static let refused: [String: String] = {
    var result: [String: String] = [:]
    let makesSecrets = "a hub that makes keys, certificates or passwords would have to keep them"
    for name in [
      "bcrypt", "buildCustomCert", "derivePassword", "encryptAES", "genCA", "genCAWithKey", "genPrivateKey",
      "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "htpasswd",
    ] { result[name] = makesSecrets }
    result["decryptAES"] = "a set that holds secrets would show them to everyone who may read it"
    for name in ["env", "expandenv", "getHostByName"] {
      result[name] = "templates do not see the machine they are rendered on; Argo CD removes it too"
    }
    return result
  }()

  static let table: [String: TemplateFunction] = {
    var table = FunctionTable()
    addLogic(to: &table)
    addComparisons(to: &table)
    addTexts(to: &table)
    addWords(to: &table)
    addCases(to: &table)
    addLists(to: &table)
    addListParts(to: &table)
    addMaps(to: &table)
    addNumbers(to: &table)
    addDecimals(to: &table)
    addTypes(to: &table)
    addEncodings(to: &table)
    addDocuments(to: &table)
    addPaths(to: &table)
    addAddresses(to: &table)
    addPatterns(to: &table)
    addVersions(to: &table)
    addTimes(to: &table)
    addChance(to: &table)
    return table.functions
  }()

  /// Functions that change maps in place.
  static let changing: Set<String> = ["set", "unset", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"]

  static func nearest(to name: String) -> String? { suggestion(for: name, among: table.keys) }
}
