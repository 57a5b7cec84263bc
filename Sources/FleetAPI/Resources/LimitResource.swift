public import FleetModel

/// A limit that FleetSets share: `GET …/limits`.
public struct LimitResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// The label of clusters whose values are counted.
  public var label: String
  /// The most clusters of one value with an order in flight.
  public var maxInFlight: Int
  /// Which FleetSets share it, by their labels; empty for all.
  public var sets: String
  /// Raised by every change.
  public var generation: Int64
  /// The document; absent in lists.
  public var document: JSONValue?

  /// Makes a value.
  public init(
    project: ProjectName, name: String, label: String, maxInFlight: Int, sets: String, generation: Int64,
    document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.label = label
    self.maxInFlight = maxInFlight
    self.sets = sets
    self.generation = generation
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "regions", label: "region", maxInFlight: 3, sets: "tier in (web)", generation: 1,
      document: .object(["kind": .string("Limit")]))
  }
}
