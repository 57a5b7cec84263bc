import FleetModel
import Manifest

/// The encrypted files that objects were read from, by their checksums.
struct SopsSources: Sendable {
  private var sources: [String: SopsSource] = [:]

  /// Finds the files of encrypted objects among files of a commit.
  ///
  /// - Throws: for objects that agents could not decrypt: read from no single file, for no key of age, or made of an
  ///   encrypted file of environment variables.
  init(of manifests: ManifestSources, among files: [SourceFile], in tree: any SourceTree) throws(DiagnosticsError) {
    var wanted: Set<String> = []
    var problems: [Diagnostic] = []
    for entry in manifests.entries {
      if entry.manifest["kind"]?.string == "Secret", entry.manifest["data", "sops_mac"] != nil {
        problems.append(
          entry.problem(
            "is made of environment variables that are encrypted with SOPS, which cannot be decrypted any more",
            field: "data",
            hint: "write a Secret and encrypt its file: sops encrypt --encrypted-regex '^(data|stringData)$'"))
      }
      guard let metadata = SopsMetadata(of: entry.manifest) else { continue }
      if metadata.recipients.isEmpty {
        problems.append(
          entry.problem(
            "is encrypted with SOPS for no key of age", field: "sops.age",
            hint: "agents decrypt with age: sops encrypt --age RECIPIENT"))
      }
      wanted.insert(metadata.mac)
    }
    if !problems.isEmpty { throw DiagnosticsError(problems) }
    guard !wanted.isEmpty else { return }
    for file in files where !wanted.isEmpty {
      guard let bytes = try Self.contents(of: file, in: tree) else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      guard text.contains("ENC[AES256_GCM,"), let documents = try? YAML.documents(bytes) else { continue }
      for mac in documents.compactMap({ SopsMetadata(of: $0)?.mac }) {
        sources[mac] = SopsSource(file: file.path, text: text)
        wanted.remove(mac)
      }
    }
    for entry in manifests.entries {
      guard let metadata = SopsMetadata(of: entry.manifest), wanted.contains(metadata.mac) else { continue }
      problems.append(
        entry.problem(
          "is encrypted with SOPS, and none of the files beside it is what it was read from", field: "sops",
          hint: "keep the encrypted file as it is, in the directory or a base of it"))
    }
    if !problems.isEmpty { throw DiagnosticsError(problems) }
  }

  init() {}

  /// The manifest with the file that it was read from, when it is encrypted.
  func attached(to manifest: Node) -> Node {
    guard !sources.isEmpty, let metadata = SopsMetadata(of: manifest), let source = sources[metadata.mac] else {
      return manifest
    }
    return source.attached(to: manifest)
  }

  private static func contents(
    of file: SourceFile, in tree: any SourceTree
  ) throws(DiagnosticsError) -> [UInt8]? {
    do { return try tree.contents(of: file.path) } catch {
      throw DiagnosticsError([Diagnostic(file: file.path, message: error.message)])
    }
  }
}
