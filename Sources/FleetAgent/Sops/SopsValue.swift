import Foundation
import Manifest

/// A whole file that is encrypted with SOPS, as the value of a Secret: what a `secretGenerator` or a chart makes of it.
struct SopsValue: Hashable, Sendable {
  /// `data` or `stringData`.
  var field: String
  /// Its name there, which tells its format as a file's name does.
  var key: String
  /// The file, encrypted.
  var text: String

  /// How `sops` is to read and write it. The last one is what it makes of anything else.
  var format: String {
    switch key.split(separator: ".").last.map({ $0.lowercased() }) {
    case "yaml", "yml": "yaml"
    case "json": "json"
    case "env": "dotenv"
    case "ini": "ini"
    default: "binary"
    }
  }

  /// The public keys of age that it is encrypted for, in whatever format it is.
  var recipients: [String] {
    var found: [String] = []
    for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) where word.hasPrefix("age1") {
      if !found.contains(String(word)) { found.append(String(word)) }
    }
    return found
  }

  /// The encrypted files among the values of a Secret, in order; of other kinds none, because nothing of theirs is secret.
  static func all(in document: Node) -> [SopsValue] {
    guard document["kind"]?.string == "Secret", document["apiVersion"]?.string == "v1" else { return [] }
    var values: [SopsValue] = []
    for field in ["data", "stringData"] {
      for entry in document[field]?.object?.sortedEntries ?? [] {
        guard let given = entry.value.string else { continue }
        // Generators break long values into lines.
        let bytes =
          field == "data" ? Data(base64Encoded: given, options: .ignoreUnknownCharacters) : Data(given.utf8)
        guard let bytes, let text = String(data: bytes, encoding: .utf8), isEncryptedFile(text) else { continue }
        values.append(SopsValue(field: field, key: entry.key, text: text))
      }
    }
    return values
  }

  /// Whether a text has encrypted values and the checksum that SOPS writes at a file's end.
  private static func isEncryptedFile(_ text: String) -> Bool {
    guard text.contains("ENC[AES256_GCM,") else { return false }
    if text.contains("sops_mac=ENC[") { return true }
    if text.contains("[sops]"), text.contains("mac") { return true }
    return ((try? YAML.documents(Array(text.utf8))) ?? []).contains { $0["sops", "mac"]?.string != nil }
  }

  /// The Secret with the decrypted file in the place of this one.
  func opened(in document: Node, as bytes: [UInt8]) -> Node {
    var result = document
    // Bytes that are no text have no place in `stringData`; `data` means the same.
    result[field]?[key] = nil
    if result["data"]?.object == nil { result["data"] = [:] }
    result["data"]?[key] = Node(.string(Data(bytes).base64EncodedString()))
    if result["stringData"]?.object?.sortedEntries.isEmpty == true { result["stringData"] = nil }
    return result
  }
}
