import FleetDocuments
import FleetModel
import Manifest

/// Window documents of what AppProjects call sync windows, and which sets they are about.
struct ArgoWindows {
  private let project: ProjectName
  private var names = NameBook()
  /// Windows that are about every Application of an AppProject, by its name.
  private var ofProject: [String: [String]] = [:]

  init(project: ProjectName) { self.project = project }

  /// Writes the windows of an AppProject.
  mutating func add(_ source: SourceDocument, _ book: inout ImportBook) {
    for (index, window) in (source.field("spec.syncWindows")?.array ?? []).enumerated() {
      let path = "spec.syncWindows[\(index)]"
      let kind = window["kind"]?.string ?? ""
      let name = names.name("\(source.name)-\(kind)-\(index + 1)")
      let node = document(window, named: name)
      let problems = Documents.read(JSON.bytes(node), file: source.file).diagnostics
      guard problems.isEmpty else {
        for problem in problems {
          book.leaveOut(
            source, path, "AppProject \"\(source.name)\": \(problem.field): \(problem.message)", hint: problem.hint)
        }
        continue
      }
      book.add(node)
      noteDifferences(window, source, path, &book)
      if isAboutEverything(window) {
        ofProject[source.name, default: []].append(name)
      } else {
        book.leaveOut(
          source, path, "window \"\(name)\" is about some Applications only, and a window is about whole sets",
          hint: "name it in the annotation \(ApplicationSets.windowsAnnotation) of the sets that it is about")
      }
    }
  }

  private func document(_ window: Node, named name: String) -> Node {
    var metadata: Node = ["name": .text(name)]
    if project != .defaultProject { metadata["project"] = .text(project.rawValue) }
    if let description = window["description"]?.string, !description.isEmpty {
      metadata["annotations"] = ["description": .text(description)]
    }
    let zone = window["timeZone"]?.string ?? ""
    return [
      "apiVersion": .text(Documents.apiVersion), "kind": "Window", "metadata": metadata,
      "spec": .map([
        "effect": window["kind"], "cron": window["schedule"], "duration": window["duration"],
        "timeZone": .text(zone.isEmpty ? "UTC" : zone),
      ]),
    ]
  }

  /// Whether one of the lists means all; with `andOperator` every list that is there must.
  private func isAboutEverything(_ window: Node) -> Bool {
    let lists = ["applications", "namespaces", "clusters"].compactMap { window[$0]?.array }.filter { !$0.isEmpty }
    func meansAll(_ list: [Node]) -> Bool { list.contains { $0.string == "*" } }
    return window["andOperator"]?.boolean == true
      ? !lists.isEmpty && lists.allSatisfy(meansAll) : lists.contains(where: meansAll)
  }

  private func noteDifferences(_ window: Node, _ source: SourceDocument, _ path: String, _ book: inout ImportBook) {
    if window["kind"]?.string == "allow" {
      book.differs(
        source, "\(path).duration",
        "the last order goes before the window's end: by the stage's progressDeadline, at most half of the duration",
        hint: "lastStart of the Window document says how long before")
    }
    if window["manualSync"]?.boolean == true {
      book.differs(
        source, "\(path).manualSync", "a person goes past a window with a reason",
        hint: "flotilla rollout override-window ROLLOUT --stage STAGE --reason TEXT")
    }
    if window["syncOverrun"]?.boolean == true {
      book.differs(source, "\(path).syncOverrun", "what was sent before the end is always finished")
    }
    book.leaveOutUnknown(
      source, path,
      known: [
        "kind", "schedule", "duration", "timeZone", "applications", "namespaces", "clusters", "andOperator",
        "manualSync", "syncOverrun", "description",
      ])
  }

  /// Names in a set the windows of its AppProject.
  func name(in set: inout ArgoSet, _ book: inout ImportBook) {
    guard !ofProject.isEmpty else { return }
    guard let project = set.appProject else {
      book.leaveOut(
        set.source, "spec.template.spec.project",
        "a template makes the AppProject, so the set names no windows of \(ofProject.keys.sorted().joined(separator: ", "))",
        hint: "name them in the annotation \(ApplicationSets.windowsAnnotation), or make a set for each AppProject")
      return
    }
    set.name(windows: ofProject[project] ?? [])
  }
}
