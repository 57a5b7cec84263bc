import Manifest

/// Where objects came from, as `buildMetadata: [originAnnotations, transformerAnnotations]` notes it.
struct BuildOrigin {
  /// The directory, relative to the one that is built.
  var path: String

  /// The path of a file or directory beside or below.
  func appending(_ text: String) -> String {
    var parts: [Substring] = path.split(separator: "/")
    for part in text.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// The annotation of an object that was read from a file.
  func file(_ text: String) throws(KustomizeStop) -> String { "path: \(try Self.plain(appending(text)))\n" }

  /// The annotation of what a part of kustomize made or changed.
  func plugin(_ kind: String, in kustomization: String) throws(KustomizeStop) -> String {
    "configuredIn: \(try Self.plain(appending(kustomization)))\nconfiguredBy:\n  apiVersion: builtin\n  kind: \(kind)\n"
  }

  /// Adds what a transformer did to the objects: it has changed those of known origin, and made the others.
  static func add(_ plugin: String, to resources: [Resource]) throws(KustomizeStop) {
    let lines = plugin.split(separator: "\n")
    let entry = "- " + lines.joined(separator: "\n  ") + "\n"
    for resource in resources {
      var annotations = resource.annotations
      if annotations[BuildNote.origin] == nil {
        annotations[BuildNote.origin] = plugin
      } else {
        annotations[BuildNote.transformations, default: ""] += entry
      }
      try resource.setAnnotations(annotations)
    }
  }

  private static func plain(_ path: String) throws(KustomizeStop) -> String {
    guard let first = path.utf8.first, path.utf8.allSatisfy(isPlain), first != UInt8(ascii: "-"),
      WrittenNode.Tag(ofPlain: path) == .string
    else { throw .needsProgram("the path \(path) in an annotation") }
    return path
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
  }
}
