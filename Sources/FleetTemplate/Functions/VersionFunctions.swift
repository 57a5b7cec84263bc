// Versions.
extension TemplateFunctions {
  static func addVersions(to table: inout FunctionTable) {
    table.add("semver", arity: 1) { (a) throws(FunctionError) in .version(try SemanticVersion(a.text(0))) }
    table.add("semverCompare", arity: 2) { (a) throws(FunctionError) in
      let constraint = try VersionConstraint(a.text(0))
      return .boolean(constraint.admits(try SemanticVersion(a.text(1))))
    }
  }
}
