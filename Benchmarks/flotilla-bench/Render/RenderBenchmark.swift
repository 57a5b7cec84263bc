import ArgumentParser
import FleetModel
import FleetPrograms
import FleetRender
import Foundation
import Manifest

/// How fast kustomizations are built: natively, and side by side with the program as a process.
struct RenderBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Measure building kustomizations, natively and with kubectl.")

  @Option(help: "The folder with the workloads K1 and K2; without it, they are left out.")
  var workloads: String?
  @Option(help: "The folder with kubectl; without it, only the native engine is measured.")
  var programs: String?
  @Option(help: "Overlays of one base, each in a directory of its own, that are rendered and hashed.")
  var overlays = 10_000
  @Option(help: "How often each figure is measured.")
  var times = 20

  func run() async throws {
    Figure.writeHeader()
    if let workloads {
      for name in ["K1", "K2"] { try await measure(name, URL(fileURLWithPath: workloads).appendingPathComponent(name)) }
    }
    try measureOverlays()
  }

  private func measure(_ name: String, _ folder: URL) async throws {
    let tree = try MemoryTree(folder)
    var text = ""
    // Each time as if nothing had been built before.
    let native = try Figure.measure("\(name), native", times: times, input: { KustomizeMemory() }) { memory in
      guard case .objects(let objects) = kustomize(tree: tree, path: "overlay", memory: memory) else {
        throw ValidationError("\(name) cannot be built natively")
      }
      text = kustomizeText(objects)
    }
    // As with the files of a base that many overlays of one set share: they were taken apart before.
    let memory = KustomizeMemory()
    for _ in 0..<2 { _ = kustomize(tree: tree, path: "overlay", memory: memory) }
    let known = try Figure.measure("\(name), native, its files known", times: times, input: {}) {
      guard case .objects(let objects) = kustomize(tree: tree, path: "overlay", memory: memory),
        kustomizeText(objects) == text
      else { throw ValidationError("\(name) comes out otherwise with what is known") }
    }
    guard let programs else {
      native.write()
      return known.write()
    }
    var program = Figure("\(name), kubectl kustomize as a process")
    for _ in 0..<max(3, times / 4) {
      let begun = ContinuousClock.now
      let output = try await Self.output(of: folder.appendingPathComponent("overlay").path, programs)
      program.add(begun.duration(to: .now))
      guard text.utf8.elementsEqual(output) else { throw ValidationError("\(name) comes out otherwise natively") }
    }
    for var figure in [native, known] {
      figure.counted =
        "the same \(text.utf8.count) bytes, \(Figure.text(program.percentile(0.5) / figure.percentile(0.5))) times as fast"
      figure.write()
    }
    program.write()
  }

  /// What `kubectl kustomize` prints.
  private static func output(of folder: String, _ programs: String) async throws -> [UInt8] {
    try await Program.run(
      try ProgramSearch.find("kubectl", in: [programs]), arguments: ["kustomize", folder], workingDirectory: folder,
      timeLimit: .seconds(30), outputLimitBytes: 32 << 20, memoryLimitBytes: 1 << 30
    ).output
  }

  private func measureOverlays() throws {
    let tree = MemoryTree(overlays: overlays)
    var figure = Figure("\(overlays) overlays of one base in memory, rendered and hashed")
    let memory = KustomizeMemory()
    var digests: Set<FleetModel.Digest> = []
    for _ in 0..<3 {
      let begun = ContinuousClock.now
      for number in 0..<overlays {
        let path = "clusters/c\(number)"
        guard
          case .manifests(let bundle, _) = render(
            tree: tree, path: path, namespace: "default", engine: .automatic, memory: memory)
        else { throw ValidationError("\(path) cannot be rendered") }
        digests.insert(bundle.digest)
      }
      figure.add(begun.duration(to: .now))
    }
    figure.counted = "\(digests.count) bundles"
    figure.write()
  }
}
