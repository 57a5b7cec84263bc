import Foundation
import Testing

/// The deliberate faults that `scripts/mutate` plants; that the simulation sees them is for that script to show.
@Suite("Deliberate faults of the planner")
struct MutationTests {
  struct Mutation {
    var name: String
    var file: String
    var from: String
    var to: String
  }

  static func all() throws -> [Mutation] {
    var found: [Mutation] = []
    var fields: [String: String] = [:]
    for line in try Checkout.text("scripts/mutations").split(separator: "\n") where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
      guard line.hasPrefix("to:") else { continue }
      found.append(
        Mutation(
          name: fields["name"] ?? "", file: fields["file"] ?? "", from: fields["from"] ?? "", to: fields["to"] ?? ""))
      fields = [:]
    }
    return found
  }

  @Test("every fault still fits the sources, in one place, and changes something")
  func fits() throws {
    let mutations = try Self.all()
    #expect(mutations.count >= 15)
    #expect(Set(mutations.map(\.name)).count == mutations.count)
    for mutation in mutations {
      let text = try Checkout.text("Sources/FleetPlanner/\(mutation.file)")
      let places = text.components(separatedBy: mutation.from).count - 1
      #expect(places == 1, "\(mutation.name): found \(places) times in \(mutation.file)")
      #expect(mutation.from != mutation.to && !mutation.to.isEmpty, "\(mutation.name) changes nothing")
    }
  }

  @Test("every random fault that changes nothing is of a line that there is, and has a reason")
  func equivalent() throws {
    let lines = try Checkout.text("scripts/equivalent-faults").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(!lines.isEmpty)
    for line in lines {
      let fields = line.components(separatedBy: "\t")
      try #require(fields.count == 4, "\(line)")
      let source = try Checkout.text("Sources/FleetPlanner/\(fields[0])")
        .components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(source.contains(fields[1]), "\(fields[0]) has no line \(fields[1])")
      #expect(["turned: ", "dropped: ", "negated: ", "a 1 is 0"].contains { fields[2].hasPrefix($0) }, "\(fields[2])")
      #expect(fields[3].count > 20, "\(line)")
    }
  }
}
