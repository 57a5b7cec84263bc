import ArgumentParser
import FleetAgent
import Foundation

/// What applying manifests to the cluster would do.
struct Preview: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what applying manifests to the cluster would do, and whose objects would be taken over.",
    discussion: """
      Nothing is written: the API server tries everything out. No controller is needed. Exit code 1 says that \
      something would be refused.
      """)

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .shortAndLong, help: "A file of manifests, or - for standard input; may be given more than once.")
  var file: [String]

  @Option(help: "The namespace for objects that name none.")
  var namespace = "default"

  func run() async throws {
    let result: (text: String, isRefused: Bool)
    do {
      let files = try file.map { (name: $0, bytes: try read($0)) }
      result = try await ClusterPreview.table(files, namespace: namespace, kubernetes: try cluster.kubernetes())
    } catch let error as ValidationError {
      throw error
    } catch {
      FileHandle.standardError.write(Data("flotilla-agent: \(error)\n".utf8))
      throw ExitCode(2)
    }
    print(result.text)
    if result.isRefused { throw ExitCode.failure }
  }

  private func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("--file: \(path) cannot be read")
    }
    return Array(data)
  }
}
