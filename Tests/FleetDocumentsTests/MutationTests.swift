import FleetDocuments
import FleetModel
import Manifest
import Testing

/// Valid documents with something changed at random: whatever comes in, the reader answers, and never with nothing.
struct MutationTests {
  private static let replacements: [Node] = [
    Node(.null), true, -1, 0, Node(.decimal(1.5)), Node(.integer(.max)), "", "x", "0%", "101%", "-5m", "{{", [], [[]],
    Node(.object(Object())),
    ["a": ["b": "c"]], [Node(.null)], ["name"],
  ]

  @Test(arguments: 0..<20) func mutatedTreesNeverCrash(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let source = try YAML.documents(Array(DocumentTests.storefront.utf8))[0]
    for _ in 0..<100 {
      var node = source
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&node, &random) }
      let text = JSON.bytes(node)
      let (documents, diagnostics) = Documents.read(text, file: "f.json")
      let errors = diagnostics.filter { $0.severity == .error }
      #expect(documents.isEmpty == !errors.isEmpty, "seed \(seed): \(String(decoding: text, as: UTF8.self))")
      #expect(diagnostics.allSatisfy { $0.line > 0 && $0.column > 0 })
    }
  }

  @Test(arguments: 0..<20) func mutatedBytesNeverCrash(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let source = Array(DocumentTests.storefront.utf8)
    for _ in 0..<50 {
      var bytes = source
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
        }
      }
      _ = Documents.read(bytes, file: "f.yaml")
    }
  }

  /// Replaces, removes, renames or repeats one thing somewhere in the tree.
  private func mutate(_ node: inout Node, _ random: inout SeededGenerator) {
    switch node.value {
    case .object(let object) where !object.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
      let entry = object.entries[Int.random(in: 0..<object.count, using: &random)]
      switch Int.random(in: 0..<12, using: &random) {
      case 0: node[entry.key] = nil
      case 1: node[entry.key + "s"] = entry.value
      default:
        var child = entry.value
        mutate(&child, &random)
        node[entry.key] = child
      }
    case .array(var elements) where !elements.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
      let index = Int.random(in: 0..<elements.count, using: &random)
      switch Int.random(in: 0..<12, using: &random) {
      case 0: elements.remove(at: index)
      case 1: elements.append(elements[index])
      default: mutate(&elements[index], &random)
      }
      node = Node(.array(elements))
    default: node = Self.replacements[Int.random(in: 0..<Self.replacements.count, using: &random)]
    }
  }
}

/// SplitMix64: the same numbers for a seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
