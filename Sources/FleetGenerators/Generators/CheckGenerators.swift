import FleetDocuments
import FleetModel
import FleetTemplate

extension GeneratorRun {
  /// Notes what can be said without clusters, repositories and answers: templates and patterns that are malformed.
  ///
  /// - Parameter isFilledIn: whether the entry's strings are templates over the parameters of others.
  mutating func check(_ entry: GeneratorEntry, path: String, isFilledIn: Bool) {
    let place = "\(path).\(entry.generator.kind)"
    if isFilledIn, entry.generator.children.isEmpty {
      fail(Interpolation(entry.source, kind: entry.generator.kind, language: language, path: path).problems)
    }
    switch entry.generator {
    case .list(let list): if !isFilledIn { _ = self.list(list, place) }
    case .clusters(let clusters): _ = compiled(clusters.values, place)
    case .git(let git):
      if !isFilledIn { checkPatterns(of: git, place) }
      _ = compiled(git.values, place)
    case .scmProvider(let generator):
      if !isFilledIn { _ = compiled(generator.filters, "\(place).filters") }
      _ = compiled(generator.values, place)
    case .pullRequest(let generator):
      if !isFilledIn { _ = compiled(generator.filters, "\(place).filters") }
      _ = compiled(generator.values, place)
    case .plugin(let plugin): _ = compiled(plugin.values, place)
    case .clusterDecisionResource: break
    case .matrix(let children):
      for (number, child) in children.enumerated() {
        check(child, path: "\(place).generators[\(number)]", isFilledIn: isFilledIn || number > 0)
      }
    case .merge(let merge):
      for (number, child) in merge.generators.enumerated() {
        check(child, path: "\(place).generators[\(number)]", isFilledIn: isFilledIn)
      }
    }
  }
}
