import ArgumentParser
@testable import FleetCommands
import Foundation
import Testing

@Suite("Commands in the documentation")
struct CommandTests {
  /// How many blocks say that they need a real cluster. Raise it only for what the simulator cannot do.
  static let realClusterBlocks = 10

  static func consoleBlocks() throws -> [Block] { try Page.all().flatMap { $0.blocks("console") + $0.blocks("sh") } }

  static func lines() throws -> [ShellLine] { try consoleBlocks().flatMap { ShellLine.all(in: $0) } }

  /// Commands in running text, of those that are written out and not only hinted at.
  static func spans(of program: String) throws -> [ShellLine] {
    try Page.all().flatMap { page in
      page.codeSpans().filter { span in
        span.text.hasPrefix(program + " ") && !["…", "|", "[", "<"].contains { span.text.contains($0) }
      }.map { ShellLine.span($0.text, place: "\(page.path):\($0.number)") }
    }
  }

  @Test("every flotilla command parses")
  func flotillaCommands() throws {
    var problems: [String] = []
    let spans = try Self.spans(of: "flotilla").filter { !Self.isVerb($0.arguments) }
    let commands = try (Self.lines() + spans).filter { $0.program == "flotilla" }
    for command in commands {
      if let problem = Self.problem(of: command.arguments) {
        problems.append("\(command.place): flotilla \(command.arguments.joined(separator: " ")): \(problem)")
      }
    }
    #expect(problems == [])
    #expect(commands.count > 40, "the documentation lost its commands")
  }

  /// What the parser says about a command line; nil when it takes it, or only shows help.
  private static func problem(of arguments: [String]) -> String? {
    let words = arguments == ["help", "exit-codes"] ? ["exit-codes"] : arguments
    // A shell fills these in; any word will do for the parser.
    let filled = words.map { $0.hasPrefix("$") ? "value" : $0 }
    do {
      _ = try FlotillaCommand.parseAsRoot(filled)
      return nil
    } catch {
      return FlotillaCommand.exitCode(for: error).isSuccess ? nil : FlotillaCommand.message(for: error)
    }
  }

  /// Whether the words only name a verb, as running text does.
  private static func isVerb(_ words: [String]) -> Bool {
    var command: any ParsableCommand.Type = FlotillaCommand.self
    for word in words {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else { return false }
      command = next
    }
    return true
  }

  @Test("a command that the parser does not know is found")
  func theParserRefuses() {
    #expect(Self.isVerb(["rollout", "watch"]))
    #expect(!Self.isVerb(["rollout", "wacth"]))
    #expect(Self.problem(of: ["rollout", "aprove", "storefront"]) != nil)
    #expect(Self.problem(of: ["get", "clusters", "--colour"]) != nil)
    #expect(Self.problem(of: ["rollout", "watch", "storefront", "--timeout", "$LIMIT"]) != nil)
  }

  @Test("documents that the documentation lints are clean")
  func lintedFiles() async throws {
    for command in try Self.lines() where command.words.starts(with: ["flotilla", "lint"]) {
      let files = command.arguments.dropFirst().filter { !$0.hasPrefix("-") && Page.exists($0) }
      guard !files.isEmpty else { continue }
      let code = await Flotilla.run(["lint"] + files.map { "\(Page.root)/\($0)" })
      #expect(code == 0, "\(command.place)")
    }
  }

  @Test("every option of the other programs exists in their sources")
  func otherPrograms() throws {
    var problems: [String] = []
    for program in ["flotilla-controller", "flotilla-agent", "flotilla-sim"] {
      let source = try Page.sources(["Sources/\(program)"], endings: [".swift"])
      let known = Self.options(in: source).union(["help", "version"])
      #expect(known.count > 5, "the options of \(program) were not found")
      for command in try Self.lines() + Self.spans(of: program) where command.program == program {
        for word in command.arguments where word.hasPrefix("--") {
          let name = String(word.dropFirst(2).prefix { $0 != "=" })
          if !known.contains(name) { problems.append("\(command.place): \(program) has no --\(name)") }
        }
      }
    }
    #expect(problems == [])
  }

  @Test("every verb and option that a message names exists")
  func messages() throws {
    let controller = try Page.sources(["Sources/flotilla-controller"], endings: [".swift"])
    let verbs = Set(
      controller.components(separatedBy: "subcommands: [").dropFirst().flatMap { list in
        list.prefix { $0 != "]" }.components(separatedBy: ".self").dropLast()
          .map { String(Self.kebabCase($0.filter(\.isLetter)).drop { $0 == "-" }) }
      })
    #expect(verbs == ["run", "migrate", "collect", "database-stop"])
    let options = Self.options(in: controller)
    var found = 0
    var problems: [String] = []
    for line in try Page.sources(["Sources"], endings: [".swift"]).components(separatedBy: "\n")
    where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
      for part in line.components(separatedBy: "flotilla-controller ").dropFirst() {
        let words = part.prefix { !"`'\";&)(,".contains($0) }.split(separator: " ").map(String.init)
        guard let verb = words.first, verb.first?.isLowercase == true || verb.hasPrefix("--") else { continue }
        found += 1
        let unknown = words.filter { $0.hasPrefix("--") && !options.contains(String($0.dropFirst(2))) }
        if !verb.hasPrefix("--"), !verbs.contains(verb) { problems.append("there is no verb \(verb): \(line)") }
        if !unknown.isEmpty { problems.append("there is no option \(unknown): \(line)") }
      }
      for part in line.components(separatedBy: "flotilla ").dropFirst() where line.contains("\"") {
        let words = part.prefix { !"`'|\";&)(,:".contains($0) }.split(separator: " ").map(String.init)
        guard let first = words.first, Self.subcommand(first, of: FlotillaCommand.self) != nil else { continue }
        found += 1
        if let unknown = Self.unknownVerb(words) { problems.append("there is no verb \(unknown): \(line)") }
      }
    }
    #expect(problems == [])
    #expect(found > 40, "the messages lost their commands")
    #expect(Self.unknownVerb(["cluster", "tokne", "NAME"]) == "tokne")
  }

  private static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { $0._commandName == name }
  }

  /// The first word that should name a verb and does not.
  private static func unknownVerb(_ words: [String]) -> String? {
    var command: any ParsableCommand.Type = FlotillaCommand.self
    for word in words {
      if command.configuration.subcommands.isEmpty { return nil }
      guard let next = subcommand(word, of: command) else { return word }
      command = next
    }
    return nil
  }

  @Test("every option that the text names alone is one of some program")
  func namedOptions() throws {
    let programs = try Page.sources(
      ["Sources/flotilla-controller", "Sources/flotilla-agent", "Sources/flotilla-sim", "Sources/FleetCommands"],
      endings: [".swift"])
    let known = Self.options(in: programs).union(["help", "version"])
    let foreign: Set<String> = ["filter", "raw", "flatten", "skip-build", "server-side"]
    var problems: [String] = []
    for page in try Page.all() {
      for span in page.codeSpans() where span.text.hasPrefix("--") && span.text.dropFirst(2).first?.isLetter == true {
        let name = String(span.text.dropFirst(2).prefix { $0.isLetter || $0 == "-" })
        if !known.contains(name), !foreign.contains(name) {
          problems.append("\(page.path):\(span.number) names --\(name)")
        }
      }
    }
    #expect(problems == [])
  }

  /// The names of `@Option` and `@Flag` properties as they are typed, and names given by hand.
  static func options(in source: String) -> Set<String> {
    var names: Set<String> = []
    var isPending = false
    for line in source.split(separator: "\n") {
      if line.contains("@Option") || line.contains("@Flag") { isPending = true }
      guard isPending else { continue }
      for part in line.components(separatedBy: ".customLong(\"").dropFirst() {
        names.insert(String(part.prefix { $0 != "\"" }))
      }
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "var"), place + 1 < words.count else { continue }
      names.insert(kebabCase(words[place + 1].prefix { $0.isLetter || $0.isNumber }))
      isPending = false
    }
    return names
  }

  private static func kebabCase(_ name: some StringProtocol) -> String {
    name.reduce(into: "") { result, character in
      if character.isUppercase {
        result += "-" + character.lowercased()
      } else {
        result.append(character)
      }
    }
  }

  @Test("every verb of make is in the Makefile, with every variable")
  func makeVerbs() throws {
    let makefile = try Page.text(of: "Makefile")
    let demo = try Page.text(of: "scripts/demo")
    let verbs = Set(
      makefile.split(separator: "\n").filter { $0.contains(":") && $0.first?.isLowercase == true }
        .map { String($0.prefix { $0 != ":" }) })
    var problems: [String] = []
    for command in try Self.lines() + Self.spans(of: "make") where command.program == "make" {
      for word in command.arguments where !word.hasPrefix("-") {
        if let variable = word.split(separator: "=", omittingEmptySubsequences: false).first, word.contains("=") {
          if !(makefile + demo).contains(variable) { problems.append("\(command.place): nothing reads \(variable)") }
        } else if !verbs.contains(word) {
          problems.append("\(command.place): there is no verb \(word)")
        }
      }
    }
    #expect(problems == [])
  }

  @Test("every environment variable is read somewhere")
  func environment() throws {
    let sources = try Page.sources(
      ["Sources", "Tests", "scripts", "Makefile", ".ci"], endings: [".swift", "demo", "run", "install-tools"])
    var problems: [String] = []
    for page in try Page.all() {
      for (index, line) in page.lines.enumerated() {
        for part in line.components(separatedBy: "FLOTILLA_").dropFirst() {
          let name = "FLOTILLA_" + part.prefix { $0.isUppercase || $0 == "_" }
          if !sources.contains(name) { problems.append("\(page.path):\(index + 1) names \(name)") }
        }
      }
    }
    #expect(problems == [])
  }

  @Test("blocks that need a real cluster are counted")
  func realClusters() throws {
    let marked = try Self.consoleBlocks().filter(\.needsRealCluster)
    print("\(marked.count) console blocks need a real cluster: \(marked.map(\.place).joined(separator: ", "))")
    #expect(marked.count == Self.realClusterBlocks)
  }
}
