import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.4.
extension GeneratorRun {
  /// Parameter sets of files, in order of their paths.
  mutating func files(
    _ generator: GitGenerator, of tree: any SourceTree, _ values: CompiledValues, _ place: String
  ) throws(SourceTreeError) -> [ParameterSet] {
    let path = "\(place).files"
    guard let patterns = patterns(generator, path) else { return [] }
    let taken = try tree.files(under: "").map(\.path).filter { patterns.take($0) }
    if taken.isEmpty {
      warn(path, "no file of repository \(generator.repository) at commit \(tree.commit.short) matches")
    }
    var sets: [ParameterSet] = []
    for file in taken.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      for (element, object) in objects(of: file, try tree.contents(of: file) ?? [], generator, place) {
        var parameters =
          language.isNested
          ? ParameterValue.parameters(object)
          : ParameterValue.parameters(object).flattened.mapValues { ParameterValue.string($0) }
        parameters.addPath(
          Self.directory(of: file), file: Self.name(of: file), prefix: generator.pathParameterPrefix,
          isNested: language.isNested)
        add(values, to: &parameters, place, what: "file \"\(file)\"")
        sets.append(
          ParameterSet(
            parameters: parameters,
            source: .file(path: file, element: element, repository: generator.repository, commit: tree.commit)))
      }
    }
    return sets
  }

  /// What a file holds: one map, or a list of maps with their places. An empty file is an empty map.
  private mutating func objects(
    of file: String, _ bytes: [UInt8], _ generator: GitGenerator, _ place: String
  ) -> [(element: Int?, object: Object)] {
    let what = "file \"\(file)\" of repository \(generator.repository)"
    let hint = "a file with parameters holds a map, or a list of maps, in YAML or JSON"
    do {
      let documents = try DocumentReader.documents(bytes, file: file)
      if documents.count > 1 { warn(place, "\(what): only the first of its \(documents.count) documents is read") }
      guard let document = documents.first, !document.isNull else { return [(nil, Object())] }
      if let object = document.object { return [(nil, object)] }
      guard let elements = document.array else {
        fail(place, "\(what): expected a map or a list, not \(document.kindName)", hint: hint)
        return []
      }
      var objects: [(element: Int?, object: Object)] = []
      for (number, element) in elements.enumerated() {
        if let object = element.isNull ? Object() : element.object {
          objects.append((number, object))
        } else {
          fail(place, "\(what): element \(number) is \(element.kindName), not a map", hint: hint)
        }
      }
      return objects
    } catch {
      for diagnostic in error.diagnostics {
        let line = diagnostic.line > 0 ? ":\(diagnostic.line):\(diagnostic.column)" : ""
        fail(place, "\(what)\(line): \(diagnostic.message)", hint: hint)
      }
      return []
    }
  }

  mutating func patterns(_ generator: GitGenerator, _ path: String) -> PatternList<FilePattern>? {
    var list = PatternList<FilePattern>()
    for (number, pattern) in generator.files.enumerated() {
      do throws(MalformedPattern) {
        list.add(try FilePattern(pattern.path, globbing: generator.globbing), excludes: pattern.exclude)
      } catch {
        fail("\(path)[\(number)].path", "the pattern \"\(pattern.path)\" is malformed: \(error.message)")
        return nil
      }
    }
    return list
  }

  /// The directory that a file is in, as Go's `path.Dir`: `.` for the root.
  private static func directory(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return String(file[..<slash])
  }

  private static func name(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return file }
    return String(file[file.index(after: slash)...])
  }
}
