import Manifest

// Transformers that set values of workloads: replicas and images.

struct ReplicasTransformer {
  let replicas: KustomizationDefinition.Replicas
  let file: String

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    var isFound = false
    for spec in DefaultFieldSpecs.replicas {
      for resource in resources {
        guard
          (resource.previous + [resource.current]).contains(where: {
            $0.name == replicas.name && $0.type.isSelected(by: spec.type)
          })
        else { continue }
        isFound = true
        try spec.visit(resource.root, making: .scalar, tag: .integer) { node throws(KustomizeStop) in
          try node.setScalar(WrittenNode(kind: .scalar, tag: .integer, text: String(replicas.count)))
        }
      }
    }
    guard !isFound else { return }
    throw .failed(
      "there is no Deployment, ReplicationController, ReplicaSet or StatefulSet \"\(replicas.name)\"", file: file,
      at: replicas.position, field: "replicas",
      hint: "use the name in the object's own file, or the one that it has here")
  }
}

/// Sets the images of containers. A class, because its texts are too many to be handed to every field.
final class ImageTransformer {
  private let image: KustomizationDefinition.Image
  private let pattern: TextPattern?

  init(_ image: KustomizationDefinition.Image) throws(KustomizeStop) {
    self.image = image
    // The name is a part of a regular expression; most are no more than characters.
    if image.name.utf8.allSatisfy(Self.isPlain) {
      pattern = nil
    } else {
      guard
        let pattern = TextPattern(
          "^" + image.name + "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$")
      else { throw .needsProgram("the image name \(image.name)") }
      self.pattern = pattern
    }
  }

  func apply(to resources: [Resource]) throws(KustomizeStop) {
    for resource in resources {
      if resource.kind == "CustomResourceDefinition" { continue }
      try visitContainers(resource.root)
      for spec in DefaultFieldSpecs.images {
        try spec.visit(resource.root, making: nil) { node throws(KustomizeStop) in try set(node) }
      }
    }
  }

  /// Images of whatever is called containers, at any depth.
  private func visitContainers(_ node: WrittenNode) throws(KustomizeStop) {
    switch node.kind {
    case .scalar: return
    case .sequence: for element in node.content { try visitContainers(element) }
    case .mapping:
      let content = node.content
      for index in stride(from: 0, to: content.count, by: 2) {
        let value = content[index + 1]
        if value.kind == .scalar { continue }
        try visitContainers(value)
        let key = content[index].text
        guard value.kind == .sequence, key == "containers" || key == "initContainers" else { continue }
        for element in value.content {
          if let image = try element.field("image") { try set(image) }
        }
      }
    }
  }

  private func set(_ node: WrittenNode) throws(KustomizeStop) {
    guard node.kind == .scalar else { throw .needsProgram("an image that is \(node.kindName)") }
    guard try matches(node.text) else { return }
    var (name, tag, digest) = Self.parts(of: node.text)
    if !image.newName.isEmpty { name = image.newName }
    if !image.newTag.isEmpty || !image.digest.isEmpty {
      tag = image.newTag
      digest = image.digest
    } else if !image.tagSuffix.isEmpty {
      tag += image.tagSuffix
      digest = ""
    }
    if !tag.isEmpty { name += ":" + tag }
    if !digest.isEmpty { name += "@" + digest }
    try node.setScalar(.untyped(name))
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":")
      || byte == UInt8(ascii: ".")
  }

  private func matches(_ text: String) throws(KustomizeStop) -> Bool {
    if let pattern {
      guard let isMatch = pattern.matchesPart(text) else { throw .needsProgram("matching the image \(text)") }
      return isMatch
    }
    var rest = text.utf8[...]
    for byte in image.name.utf8 {
      guard let first = rest.popFirst(), first == byte || byte == UInt8(ascii: ".") && first < 0x80 && first != 0x0A
      else { return false }
    }
    func skip() {
      while let first = rest.first, Self.isTag(first) { rest = rest.dropFirst() }
    }
    if rest.first == UInt8(ascii: ":") {
      rest = rest.dropFirst()
      skip()
    }
    if rest.starts(with: "@sha256:".utf8) {
      rest = rest.dropFirst(8)
      skip()
    }
    return rest.isEmpty
  }

  private static func isTag(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "{")
      || byte == UInt8(ascii: "}")
  }

  /// Name, tag and digest; a colon before the first slash belongs to the host.
  private static func parts(of text: String) -> (String, String, String) {
    let bytes = text.utf8
    var start = bytes.startIndex
    if let slash = bytes.firstIndex(of: UInt8(ascii: "/")), slash != bytes.startIndex { start = slash }
    let at = bytes[start...].firstIndex(of: UInt8(ascii: "@"))
    let colon = bytes[start...].firstIndex(of: UInt8(ascii: ":"))
    switch (at, colon) {
    case (nil, nil): return (text, "", "")
    case (let at?, let colon) where colon.map { at < $0 } ?? true:
      return (String(text[..<at]), "", String(text[bytes.index(after: at)...]))
    case (let at?, let colon?):
      return (
        String(text[..<colon]), String(text[bytes.index(after: colon)..<at]), String(text[bytes.index(after: at)...])
      )
    case (nil, let colon?): return (String(text[..<colon]), String(text[bytes.index(after: colon)...]), "")
    default: return (text, "", "")
    }
  }
}
