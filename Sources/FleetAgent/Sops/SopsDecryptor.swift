import FleetPrograms
import FleetSync
import Foundation
import KubeClient
import Manifest

/// How an agent decrypts files that are encrypted with SOPS.
public struct SopsOptions: Sendable {
  /// The namespace of the Secret with the keys.
  public var namespace: String
  /// Its name.
  public var name: String
  /// The program: a path, or a name to be found in PATH.
  public var program: String

  /// Makes options.
  public init(namespace: String = "flotilla-system", name: String = "sops-age", program: String = "sops") {
    self.namespace = namespace
    self.name = name
    self.program = program
  }

  /// Reads `NAMESPACE/NAME`; nil for anything else.
  public init?(secret: String) {
    let parts = secret.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(namespace: parts[0], name: parts[1])
  }
}

/// Decrypts the objects of a bundle with keys of age that never leave the cluster.
///
/// The keys are read anew for each bundle, so that new ones count at once, and go to the real `sops` in its environment.
/// Its words are not passed on: they can quote what it decrypts.
struct SopsDecryptor: Sendable {
  let kube: KubeClient
  let options: SopsOptions

  /// The documents with everything decrypted, and the places of those that were.
  ///
  /// - Parameter values: the encrypted files among the values of each document.
  /// - Throws: a terminal failure with the object, the file and its recipients for each that cannot be decrypted, or one
  ///   that is tried again when the cluster cannot be asked.
  func opened(_ documents: [Node], values: [[SopsValue]]) async throws(WriteFailure) -> ([Node], Set<Int>) {
    let keys = try await readKeys()
    var result = documents
    var places: Set<Int> = []
    var reasons: [String] = []
    var files: [SopsSource: Result<OpenedFile, Refusal>] = [:]
    for (place, (document, values)) in zip(documents, values).enumerated() {
      guard let metadata = SopsMetadata(of: document) else {
        if let plain = await opened(values, of: document, keys: keys, &reasons) {
          result[place] = plain
          places.insert(place)
        }
        continue
      }
      guard let source = SopsSource(of: document) else {
        reasons.append("\(Self.display(document)): is encrypted with SOPS and travels without its file")
        continue
      }
      let opened: Result<OpenedFile, Refusal>
      if let known = files[source] {
        opened = known
      } else {
        opened = await decrypt(source, keys: keys)
        files[source] = opened
      }
      let recipients = metadata.recipients.joined(separator: ", ")
      switch opened {
      case .failure(let refusal):
        reasons.append("\(Self.display(document)) of \(source.file), encrypted for \(recipients): \(refusal.words)")
      case .success(let file):
        guard let plain = document.unsealed(encrypted: file.encrypted, decrypted: file.decrypted) else {
          reasons.append(
            "\(Self.display(document)) of \(source.file): holds encrypted values that its file does not")
          continue
        }
        result[place] = plain
        places.insert(place)
      }
    }
    guard reasons.isEmpty else { throw WriteFailure(.content, reasons.joined(separator: "; ")) }
    return (result, places)
  }

  /// A Secret with the encrypted files among its values decrypted; nil for one without, or when that fails.
  private func opened(
    _ values: [SopsValue], of document: Node, keys: String, _ reasons: inout [String]
  ) async -> Node? {
    var result = document
    for value in values {
      switch await decrypt(value.text, as: value.format, keys: keys) {
      case .success(let bytes): result = value.opened(in: result, as: bytes)
      case .failure(let refusal):
        reasons.append(
          "\(Self.display(document)), \(value.field).\(value.key), a file encrypted for "
            + "\(value.recipients.joined(separator: ", ")): \(refusal.words)")
      }
    }
    return values.isEmpty ? nil : result
  }

  /// The documents of a file, before and after.
  private struct OpenedFile {
    var encrypted: [Node]
    var decrypted: [Node]
  }

  /// Why a file stays closed, without a word of its content.
  private struct Refusal: Error { var words: String }

  private var secret: String { "Secret \(options.namespace)/\(options.name)" }

  private func decrypt(_ source: SopsSource, keys: String) async -> Result<OpenedFile, Refusal> {
    await decrypt(source.text, as: source.file.hasSuffix(".json") ? "json" : "yaml", keys: keys).flatMap { output in
      guard let encrypted = try? DocumentReader.documents(Array(source.text.utf8), file: source.file),
        let decrypted = try? DocumentReader.documents(output, file: source.file)
      else { return .failure(Refusal(words: "what sops made of it cannot be read")) }
      return .success(OpenedFile(encrypted: encrypted, decrypted: decrypted))
    }
  }

  private func decrypt(_ text: String, as format: String, keys: String) async -> Result<[UInt8], Refusal> {
    guard !keys.isEmpty else {
      return .failure(
        Refusal(words: "the cluster has no key of age; put one into the \(secret), under a name that ends in .agekey"))
    }
    let arguments = ["decrypt", "--input-type", format, "--output-type", format, "/dev/stdin"]
    // Nothing but the keys: no other key of this machine, and no account of a cloud, may be used.
    let environment = ["SOPS_AGE_KEY": keys, "HOME": "/nonexistent", "SOPS_DECRYPTION_ORDER": "age"]
    do {
      let result = try await Program.run(
        options.program, arguments: arguments, environment: environment, input: Array(text.utf8),
        timeLimit: .seconds(30), outputLimitBytes: 32 << 20)
      switch result.exitCode {
      case 0: return .success(result.output)
      case 51, 52:
        return .failure(
          Refusal(words: "its checksum (MAC) is wrong: it was changed after it was encrypted; edit it with sops"))
      case 128:
        return .failure(
          Refusal(words: "no key in the \(secret) is among them; add this cluster's recipient with sops updatekeys"))
      default:
        return .failure(Refusal(words: "sops ended with exit code \(result.exitCode); its words are kept back"))
      }
    } catch { return .failure(Refusal(words: "\(error)")) }
  }

  /// The keys of the cluster, one below the other; empty when there are none.
  private func readKeys() async throws(WriteFailure) -> String {
    let identity = ObjectIdentity(
      group: "", version: "v1", kind: "Secret", namespace: options.namespace, name: options.name)
    let object: Node?
    do { object = try await kube.get(identity) } catch {
      var failure = WriteFailure(error)
      failure.message = "cannot read the \(secret) with the keys for SOPS: \(failure.message)"
      throw failure
    }
    let entries = object?["data"]?.object?.sortedEntries ?? []
    return entries.filter { $0.key.hasSuffix(".agekey") || $0.key == "SOPS_AGE_KEY" }
      .compactMap { $0.value.string.flatMap { Data(base64Encoded: $0) } }
      .map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: "\n")
  }

  private static func display(_ document: Node) -> String { ObjectIdentity(of: document)?.display ?? "an object" }
}
