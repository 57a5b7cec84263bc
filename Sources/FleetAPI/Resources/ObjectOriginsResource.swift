public import FleetModel

/// What gave the fields of an object their values.
public struct ObjectOriginsResource: WireValue {
  /// A field that is a value, or an empty map or list.
  public struct Field: WireValue {
    /// The field, for example `spec.template.spec.containers[0].image`.
    public var field: String
    /// Its value: a text as it is, everything else as JSON. The data of Secrets is left out.
    public var value: String
    /// What gave it a value, the first one first; the last one's is the one that it has.
    public var origins: [FieldOrigin]

    /// Makes a value.
    public init(field: String, value: String, origins: [FieldOrigin]) {
      self.field = field
      self.value = value
      self.origins = origins
    }

    /// An example.
    public static var example: Self {
      Self(
        field: "data.region", value: "eu-west",
        origins: [
          FieldOrigin(kind: .file, file: "base/settings.yaml", line: 7),
          FieldOrigin(
            kind: .patch, file: "clusters/eu-west/settings.yaml", line: 6, part: "patches[0]",
            kustomization: "clusters/eu-west/kustomization.yaml"),
        ])
    }
  }

  /// The object as `Kind namespace/name`.
  public var object: String
  /// The fields.
  public var fields: [Field]

  /// Makes a value.
  public init(object: String, fields: [Field]) {
    self.object = object
    self.fields = fields
  }

  /// An example.
  public static var example: Self { Self(object: "ConfigMap shop/settings", fields: [.example]) }
}
