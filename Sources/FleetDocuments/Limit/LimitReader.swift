internal import FleetModel

extension FieldReader {
  /// The `spec` of a Limit document (R29).
  func sharedLimit(_ header: DocumentHeader) -> SharedLimit? {
    let read = MapReader.read(self) { map -> SharedLimit? in
      let label = map.required("label", hint: "the label of clusters whose values are counted, like region")?.labelKey()
      let most = map.required("maxInFlight", hint: "the most clusters of one value with an order in flight")?
        .integer(1...1_000_000)
      map.renamed("fleetSets", to: "sets")
      let sets = map.optional("sets")?.selector()
      guard let label, let most else { return nil }
      return SharedLimit(
        project: header.project, name: header.name ?? "", label: label, maxInFlight: most, sets: sets)
    }
    return read ?? nil
  }
}
