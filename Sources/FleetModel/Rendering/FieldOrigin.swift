/// What gave a field of a manifest the value that it has, or had on its way.
public struct FieldOrigin: Hashable, Sendable, Codable {
  /// What it is that gave it.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// A file of manifests.
    case file
    /// A template of a chart.
    case chart
    /// The kustomize program, which does not say more.
    case program
    /// A ConfigMap or Secret generator of a kustomization.
    case generator
    /// A patch of a kustomization.
    case patch
    /// Anything else that a kustomization says: images, counts, labels, names …
    case transformer
    /// What the FleetSet says of the target: `source.kustomize`, its namespace, options of the apply.
    case fleetSet
    /// An override of the FleetSet.
    case override
    /// A value for `${NAME}`.
    case substitution
  }

  /// What it is.
  public var kind: Kind
  /// The file that the value is written in, from the repository's root; empty where it is in none.
  public var file: String
  /// The line in the file, from 1; nil where it is not known.
  public var line: Int?
  /// The part of the file, or of the FleetSet, for example `images[0]`; empty where the file says it all.
  public var part: String
  /// The kustomization whose part it is, where that is another file; empty else.
  public var kustomization: String

  /// Makes an origin.
  public init(kind: Kind, file: String = "", line: Int? = nil, part: String = "", kustomization: String = "") {
    self.kind = kind
    self.file = file
    self.line = line
    self.part = part
    self.kustomization = kustomization
  }

  /// For people: `base/web.yaml:12`, `eu/kustomization.yaml:9 images[0]`, `eu/size.yaml:6 (patches[0] of eu/kustomization.yaml)`.
  public var text: String {
    let place = line.map { "\(file):\($0)" } ?? file
    if !kustomization.isEmpty { return "\(place) (\(part) of \(kustomization))" }
    return [place, part].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
