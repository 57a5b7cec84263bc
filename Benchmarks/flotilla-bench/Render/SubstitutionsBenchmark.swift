import ArgumentParser
import FleetModel
import FleetRender

/// Targets that differ only in their values for `${NAME}`: the base is built once for all of them.
struct SubstitutionsBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "substitutions", abstract: "Measure making many bundles of one base with values of their own.")

  @Option(help: "Targets.")
  var count = 10_000
  @Option(help: "How often each figure is measured.")
  var times = 10

  func run() async throws {
    Figure.writeHeader()
    let tree = MemoryTree.substituted
    var digests: Set<FleetModel.Digest> = []
    let name = "\(count) substitutions of one base, built, filled in and hashed"
    var figure = try Figure.measure(name, times: times, input: { digests = [] }) {
      guard
        case .directory(let directory) = renderDirectory(
          tree: tree, path: "base", namespace: "default", engine: .automatic)
      else { throw ValidationError("the base cannot be built") }
      for number in 0..<count {
        let options = RenderOptions(substitute: [
          "CLUSTER": "c\(number)", "VERSION": "v\(number % 9)", "REPLICAS": "\(number % 5 + 1)",
        ])
        guard
          case .manifests(let bundle, _) = finish(
            directory, path: "base", commit: tree.commit, namespace: "default", options: options)
        else { throw ValidationError("the values cannot be put in") }
        digests.insert(bundle.digest)
      }
    }
    figure.counted = "\(digests.count) bundles; the process took at most \(Memory.peak >> 20) MiB"
    figure.write()
  }
}
