/// The names of the time zones that a machine knows, for judging documents.
public struct ZoneCatalogue: Hashable, Sendable {
  /// The version of the IANA database, for example `2025b`; empty when unknown.
  public var version: String
  /// All names, links included.
  public var names: Set<String>

  /// Makes a catalogue.
  public init(version: String, names: Set<String>) {
    self.version = version
    self.names = names.union(["UTC"])
  }

  /// Reads the IANA database's compact text, as systems keep it in `/usr/share/zoneinfo/tzdata.zi`: a first line
  /// `# version 2025b`, lines `Z NAME …` and lines `L TARGET NAME`.
  public init(compactText: String) {
    var version = ""
    var names: Set<String> = []
    for line in compactText.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", maxSplits: 3)
      switch words.first {
      case "#" where words.count >= 3 && words[1] == "version" && version.isEmpty: version = String(words[2])
      case "Z" where words.count >= 2: names.insert(String(words[1]))
      case "L" where words.count >= 3: names.insert(String(words[2]))
      default: break
      }
    }
    self.init(version: version, names: names)
  }

  /// Whether a text could name a zone of some machine: what is looked for in a folder must not lead out of it.
  public static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.first != "/"
      && text.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x2F...0x39).contains(byte) && byte != 0x2E
          || [0x5F, 0x2D, 0x2B].contains(byte)
      }
  }
}
