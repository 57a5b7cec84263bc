internal import FleetDocuments
internal import FleetModel
internal import FleetPorts

/// Reads a stored FleetSet back; it was found right when it was stored.
enum FleetSetReader {
  /// The definition of a stored FleetSet.
  ///
  /// - Parameter canonicalJSON: the document of an earlier generation; nil for the newest.
  /// - Throws: ``DiagnosticsError`` when this program reads the document differently than the one that stored it.
  static func definition(
    of record: FleetSetRecord, canonicalJSON: [UInt8]? = nil
  ) throws(DiagnosticsError) -> FleetSetDefinition {
    let document = try Document(
      kind: "FleetSet", project: record.project, name: record.name.rawValue,
      canonicalJSON: canonicalJSON ?? record.canonicalJSON)
    if case .fleetSet(let definition) = document.content { return definition }
    throw DiagnosticsError([Diagnostic(message: "\(record.name) is stored as a FleetSet and reads as another kind")])
  }
}
