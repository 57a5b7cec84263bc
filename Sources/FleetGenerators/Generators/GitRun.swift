import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.3 and 2.4.
extension GeneratorRun {
  mutating func git(_ generator: GitGenerator, _ place: String) -> [ParameterSet] {
    guard !generator.directories.isEmpty || !generator.files.isEmpty else {
      fail(place, "neither directories nor files are given")
      return []
    }
    let request = GeneratorRequest.tree(repository: generator.repository, revision: generator.revision)
    let what = "repository \(generator.repository) at \(generator.revision)"
    switch answer(request) {
    case nil: return []
    case .tree(let tree)?:
      guard let values = compiled(generator.values, place) else { return [] }
      do throws(SourceTreeError) {
        return generator.directories.isEmpty
          ? try files(generator, of: tree, values, place) : try directories(generator, of: tree, values, place)
      } catch {
        fail(place, "\(what): \(error)")
      }
    case .failure(let message)?: fail(place, "\(what): \(message)")
    case .some: fail(place, "\(what): the answer is of another kind")
    }
    return []
  }

  private mutating func directories(
    _ generator: GitGenerator, of tree: any SourceTree, _ values: CompiledValues, _ place: String
  ) throws(SourceTreeError) -> [ParameterSet] {
    let path = "\(place).directories"
    guard let patterns = patterns(generator.directories, path) else { return [] }
    let taken = try tree.directories(under: "").filter { directory in
      !directory.isEmpty && !Self.isHidden(directory) && patterns.take(directory)
    }
    if taken.isEmpty {
      warn(path, "no directory of repository \(generator.repository) at commit \(tree.commit.short) matches")
    }
    return taken.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { directory in
      var parameters: [String: ParameterValue] = [:]
      parameters.addPath(directory, prefix: generator.pathParameterPrefix, isNested: language.isNested)
      add(values, to: &parameters, place, what: "directory \"\(directory)\"")
      return ParameterSet(
        parameters: parameters,
        source: .directory(path: directory, repository: generator.repository, commit: tree.commit))
    }
  }

  /// Notes patterns that are malformed.
  mutating func checkPatterns(of generator: GitGenerator, _ place: String) {
    _ = patterns(generator.directories, "\(place).directories")
    if generator.directories.isEmpty { _ = patterns(generator, "\(place).files") }
  }

  private static func isHidden(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: ".") || path.contains("/.")
  }

  /// The patterns, read; nil when one is malformed, except in ApplicationSets, where Argo CD leaves it out.
  private mutating func patterns(_ patterns: [GitGenerator.Pattern], _ path: String) -> PatternList<PathPattern>? {
    var list = PatternList<PathPattern>()
    for (number, pattern) in patterns.enumerated() {
      let own = "\(path)[\(number)].path"
      do throws(MalformedPattern) {
        list.add(try PathPattern(pattern.path), excludes: pattern.exclude)
      } catch {
        let message = "the pattern \"\(pattern.path)\" is malformed: \(error.message)"
        guard context.dialect == .fleetSet else {
          warn(own, "\(message), and is left out")
          continue
        }
        fail(
          own, message,
          hint: "* and ? match within one directory, [a-z] one character, \\ the next character as it is")
        return nil
      }
    }
    return list
  }
}

/// Patterns that take paths and patterns that leave some of them out.
struct PatternList<Pattern: PathMatching> {
  private var including: [Pattern] = []
  private var excluding: [Pattern] = []

  mutating func add(_ pattern: Pattern, excludes: Bool) {
    if excludes { excluding.append(pattern) } else { including.append(pattern) }
  }

  func take(_ path: String) -> Bool {
    including.contains { $0.matches(path) } && !excluding.contains { $0.matches(path) }
  }
}

/// What tells paths apart.
protocol PathMatching {
  func matches(_ path: String) -> Bool
}

extension [String: ParameterValue] {
  /// Adds the parameters of a directory, and of a file in it.
  mutating func addPath(_ directory: String, file: String? = nil, prefix: String, isNested: Bool) {
    let segments = directory.split(separator: "/").map(String.init)
    let basename = segments.last ?? directory
    var own: [(key: String, value: String)] = [
      ("basename", basename), ("basenameNormalized", normalizedName(basename)),
    ]
    if let file { own += [("filename", file), ("filenameNormalized", normalizedName(file))] }
    guard isNested else {
      let key = prefix.isEmpty ? "path" : prefix + ".path"
      self[key] = .string(directory)
      for (name, value) in own { self["\(key).\(name)"] = .string(value) }
      for (index, segment) in segments.enumerated() { self["\(key)[\(index)]"] = .string(segment) }
      return
    }
    var values = Dictionary(own.map { ($0.key, ParameterValue.string($0.value)) }, uniquingKeysWith: { $1 })
    values["path"] = .string(directory)
    values["segments"] = .list(segments.map { .string($0) })
    self[prefix.isEmpty ? "path" : prefix] = .map(prefix.isEmpty ? values : ["path": .map(values)])
  }
}
