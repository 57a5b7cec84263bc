internal import FleetDocuments
internal import FleetModel
internal import FleetPorts

/// Reads a stored FleetSet back; it was found right when it was stored.
enum FleetSetReader {
  /// The definition of a stored FleetSet.
  ///
  /// - Throws: ``DiagnosticsError`` when this program reads the document differently than the one that stored it.
  static func definition(of record: FleetSetRecord) throws(DiagnosticsError) -> FleetSetDefinition {
    let (documents, diagnostics) = Documents.read(record.canonicalJSON, file: "FleetSet \(record.name)")
    if case .fleetSet(let definition)? = documents.first?.content { return definition }
    throw DiagnosticsError(diagnostics)
  }
}
