/// What a file that was encrypted with SOPS says about itself, in its block `sops`.
public struct SopsMetadata: Hashable, Sendable {
  /// The encrypted checksum over all values, another one each time a file is encrypted.
  public var mac: String
  /// The public keys of age that it is encrypted for.
  public var recipients: [String]

  /// Reads the block of an encrypted document; nil for one that is not encrypted.
  ///
  /// Objects of kinds that another program decrypts in the cluster (`SopsSecret`) are no business of ours.
  public init?(of document: Node) {
    guard document["kind"]?.string != "SopsSecret", let block = document["sops"], let mac = block["mac"]?.string else {
      return nil
    }
    self.mac = mac
    recipients = (block["age"]?.array ?? []).compactMap { $0["recipient"]?.string }
  }

  /// The annotation by which an encrypted object travels with the file that it was read from. It never reaches a cluster.
  public static let sourceAnnotation = "flotilla.dev/sops-source"

  /// Whether a text is one encrypted value.
  public static func isEncrypted(_ text: String) -> Bool { text.hasPrefix("ENC[AES256_GCM,") }
}

/// A file that was encrypted with SOPS, as it stands in Git: its checksum is about its order and every value, so that
/// nothing else can be checked.
public struct SopsSource: Hashable, Sendable {
  /// Its path in the repository.
  public var file: String
  /// Its content.
  public var text: String

  /// Makes a source.
  public init(file: String, text: String) {
    self.file = file
    self.text = text
  }

  /// Reads what an object travels with.
  public init?(of object: Node) {
    guard let annotation = object["metadata", "annotations", SopsMetadata.sourceAnnotation]?.string,
      let node = try? JSON.parse(Array(annotation.utf8)), let file = node["file"]?.string,
      let text = node["text"]?.string
    else { return nil }
    self.init(file: file, text: text)
  }

  /// The object with this source.
  public func attached(to object: Node) -> Node {
    var result = object
    if object["metadata", "annotations"]?.object == nil { result["metadata"]?["annotations"] = [:] }
    let source: Node = ["file": Node(.string(file)), "text": Node(.string(text))]
    result["metadata"]?["annotations"]?[SopsMetadata.sourceAnnotation] = Node(
      .string(JSON.text(source, sortedKeys: true)))
    return result
  }
}

extension Node {
  /// An encrypted object with the values of its decrypted file, and without what SOPS has added.
  ///
  /// What is done to an object after it was read (a namespace, labels, a prefix of its name) stays: a value is known by its
  /// ciphertext.
  ///
  /// - Parameters:
  ///   - encrypted: the documents of the encrypted file.
  ///   - decrypted: those that SOPS made of them.
  /// - Returns: nil when something encrypted is left.
  public func unsealed(encrypted: [Node], decrypted: [Node]) -> Node? {
    var values: [String: Node] = [:]
    for (sealed, open) in zip(encrypted, decrypted) { Self.collect(sealed, open, into: &values) }
    var plain = self
    plain["sops"] = nil
    if plain["metadata", "annotations"]?.object != nil {
      plain["metadata"]?["annotations"]?[SopsMetadata.sourceAnnotation] = nil
      if plain["metadata", "annotations"]?.object?.isEmpty == true { plain["metadata"]?["annotations"] = nil }
    }
    return plain.replacing(values)
  }

  private static func collect(_ sealed: Node, _ open: Node, into values: inout [String: Node]) {
    if let text = sealed.string {
      if SopsMetadata.isEncrypted(text) { values[text] = open }
    } else if let entries = sealed.object?.entries {
      for entry in entries {
        if let value = open[entry.key] { collect(entry.value, value, into: &values) }
      }
    } else if let elements = sealed.array, let others = open.array {
      for (left, right) in zip(elements, others) { collect(left, right, into: &values) }
    }
  }

  private func replacing(_ values: [String: Node]) -> Node? {
    if let text = string { return SopsMetadata.isEncrypted(text) ? values[text] : self }
    if let object {
      var entries: [Object.Entry] = []
      for entry in object.entries {
        guard let value = entry.value.replacing(values) else { return nil }
        entries.append(Object.Entry(key: entry.key, keyPosition: entry.keyPosition, value: value))
      }
      return Node(.object(Object(entries: entries)), at: position)
    }
    if let array {
      var elements: [Node] = []
      for element in array {
        guard let value = element.replacing(values) else { return nil }
        elements.append(value)
      }
      return Node(.array(elements), at: position)
    }
    return self
  }
}
