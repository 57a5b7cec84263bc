import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// The run of one entry of `spec.generators`.
struct Generation {
  let index: Int
  let position: Position?
  let language: TemplateLanguage
  private(set) var needs: [GeneratorRequest] = []
  private(set) var problems: [Diagnostic] = []

  init(index: Int, position: Position? = nil, language: TemplateLanguage) {
    self.index = index
    self.position = position
    self.language = language
  }

  /// The entry's parameter sets after its post-filter (GENERATORS 2.10); what is missing or wrong is noted.
  mutating func parameterSets(
    of entry: GeneratorEntry, clusters: [ClusterEntry], answers: [GeneratorRequest: GeneratorAnswer]
  ) -> [ParameterSet] {
    let sets =
      switch entry.generator {
      case .list(let elements): list(elements)
      case .clusters(let selector, let values): self.clusters(clusters, selector: selector, values: values)
      case .gitDirectories(let generator): directories(generator, answers: answers)
      }
    guard let selector = entry.selector, !selector.isEmpty else { return sets }
    let kept = sets.filter { selector.matches(ParameterValue.map($0.parameters).flattened) }
    if kept.isEmpty, !sets.isEmpty {
      warn("selector", "\"\(selector.text)\" matches none of the generator's \(sets.count) parameter sets")
    }
    return kept
  }

  /// What can be said without clusters and repositories: templates and patterns that are malformed.
  mutating func check(_ entry: GeneratorEntry) {
    switch entry.generator {
    case .list(let elements): _ = list(elements)
    case .clusters(_, let values): _ = compiled(values, field: "clusters.values")
    case .gitDirectories(let generator):
      _ = patterns(generator.directories)
      _ = compiled(generator.values, field: "git.values")
    }
  }

  /// Something yields nothing, which may be meant.
  private mutating func warn(_ field: String, _ message: String) {
    problems.append(
      Diagnostic(
        severity: .warning, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0),
        field: "spec.generators[\(index)].\(field)", message: message))
  }

  private mutating func fail(_ field: String, _ message: String, hint: String = "", at place: Position? = nil) {
    let place = place ?? position
    problems.append(
      Diagnostic(
        line: Int(place?.line ?? 0), column: Int(place?.column ?? 0), field: "spec.generators[\(index)].\(field)",
        message: message, hint: hint))
  }

  private func origin(_ source: TargetOrigin.Source) -> TargetOrigin {
    TargetOrigin(generator: index, source: source)
  }
}

// GENERATORS 2.1.
extension Generation {
  private mutating func list(_ elements: [Node]) -> [ParameterSet] {
    var sets: [ParameterSet] = []
    for (number, element) in elements.enumerated() {
      guard let object = element.object else {
        fail(
          "list.elements[\(number)]", "an element must be a map, not \(element.kindName)",
          hint: "write it as \"- key: value\"", at: element.position)
        continue
      }
      var parameters: [String: ParameterValue] = [:]
      for entry in object.entries {
        if language.isNested {
          parameters[entry.key] = ParameterValue(entry.value)
        } else if entry.key == "values", let values = entry.value.object {
          for inner in values.entries {
            parameters["values.\(inner.key)"] = text(inner.value, "list.elements[\(number)].values.\(inner.key)")
          }
        } else {
          parameters[entry.key] = text(entry.value, "list.elements[\(number)].\(entry.key)")
        }
      }
      sets.append(ParameterSet(parameters: parameters, origin: origin(.element(number))))
    }
    return sets
  }

  private mutating func text(_ node: Node, _ field: String) -> ParameterValue? {
    if let text = node.string { return .string(text) }
    fail(
      field, "expected a string, not \(node.kindName)",
      hint: "put it in quotes, or use Go templates, which take every kind of value", at: node.position)
    return nil
  }
}

// GENERATORS 2.2.
extension Generation {
  private mutating func clusters(
    _ clusters: [ClusterEntry], selector: LabelSelector, values: [String: String]
  ) -> [ParameterSet] {
    guard let templates = compiled(values, field: "clusters.values") else { return [] }
    let matching = clusters.filter { selector.matches($0.labels) }
    if matching.isEmpty {
      let all = "none of the \(clusters.count) clusters"
      warn(
        "clusters", clusters.isEmpty ? "there are no clusters yet" : "the selector \"\(selector.text)\" matches \(all)")
    }
    return matching.map { cluster in
      var parameters = cluster.parameters(isNested: language.isNested)
      add(templates, to: &parameters, field: "clusters.values", what: "cluster \"\(cluster.name)\"")
      return ParameterSet(parameters: parameters, origin: origin(.cluster(ClusterName(cluster.name))))
    }
  }

  private mutating func compiled(_ values: [String: String], field: String) -> [(key: String, CompiledTemplate)]? {
    var templates: [(String, CompiledTemplate)] = []
    for (key, text) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      do throws(TemplateError) {
        templates.append((key, try CompiledTemplate(text, language: language)))
      } catch {
        fail("\(field).\(key)", "\"\(text)\": \(error)")
      }
    }
    return templates.count == values.count ? templates : nil
  }

  /// Adds `values`, each rendered against the parameters without `values`, so that they cannot grow out of one another.
  mutating func add(
    _ templates: [(key: String, CompiledTemplate)], to parameters: inout [String: ParameterValue], field: String,
    what: String
  ) {
    guard !templates.isEmpty else { return }
    var rendered: [String: ParameterValue] = [:]
    for (key, template) in templates {
      do throws(TemplateError) {
        rendered[key] = .string(try template.render(parameters))
      } catch {
        fail("\(field).\(key)", "\(what): \(error)")
      }
    }
    if language.isNested {
      parameters["values"] = .map(rendered)
    } else {
      for (key, value) in rendered { parameters["values.\(key)"] = value }
    }
  }

  /// As ``add(_:to:field:what:)``, reading the templates first.
  mutating func add(values: [String: String], to parameters: inout [String: ParameterValue]) {
    guard let templates = compiled(values, field: "values") else { return }
    add(templates, to: &parameters, field: "values", what: "parameters")
  }
}

// GENERATORS 2.3.
extension Generation {
  private mutating func directories(
    _ generator: GitDirectories, answers: [GeneratorRequest: GeneratorAnswer]
  ) -> [ParameterSet] {
    let request = GeneratorRequest.tree(repository: generator.repository, revision: generator.revision)
    let place = "repository \(generator.repository) at \(generator.revision)"
    switch answers[request] {
    case nil:
      needs.append(request)
      return []
    case .failure(let message):
      fail("git", "\(place): \(message)")
      return []
    case .tree(let tree):
      do throws(SourceTreeError) {
        return directories(generator, of: try tree.directories(under: ""), commit: tree.commit)
      } catch {
        fail("git", "\(place): \(error)")
        return []
      }
    }
  }

  private mutating func directories(
    _ generator: GitDirectories, of candidates: [String], commit: CommitID
  ) -> [ParameterSet] {
    guard let patterns = patterns(generator.directories),
      let templates = compiled(generator.values, field: "git.values")
    else { return [] }
    let included = patterns.filter { !$0.exclude }.map(\.pattern)
    let excluded = patterns.filter(\.exclude).map(\.pattern)
    let visible = candidates.filter { !$0.isEmpty && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
    let taken = visible.filter { path in
      included.contains { $0.matches(path) } && !excluded.contains { $0.matches(path) }
    }
    if taken.isEmpty {
      warn("git.directories", "no directory of repository \(generator.repository) at commit \(commit.short) matches")
    }
    return taken.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { path in
      var parameters = pathParameters(
        of: path, prefix: generator.pathParameterPrefix, isNested: language.isNested)
      add(templates, to: &parameters, field: "git.values", what: "directory \"\(path)\"")
      return ParameterSet(parameters: parameters, origin: origin(.directory(path: path, commit: commit)))
    }
  }

  private mutating func patterns(
    _ patterns: [GitDirectories.Pattern]
  ) -> [(pattern: PathPattern, exclude: Bool)]? {
    var result: [(PathPattern, Bool)] = []
    for (number, pattern) in patterns.enumerated() {
      do throws(PathPattern.Malformed) {
        result.append((try PathPattern(pattern.path), pattern.exclude))
      } catch {
        fail(
          "git.directories[\(number)].path", "the pattern \"\(pattern.path)\" is malformed: \(error.message)",
          hint: "* and ? match within one directory, [a-z] one character, \\ the next character as it is")
      }
    }
    return result.count == patterns.count ? result : nil
  }
}
