public import FleetModel

/// Windows, freezes and time zones (R21). Called by the API and at a controller's start; passes get them with their input.
public protocol PolicyStore: Sendable {
  /// Windows, or freezes, in order of name.
  func policies(_ kind: PolicyKind, in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<PolicyRecord>
  /// One window or freeze; nil when there is none.
  func policy(_ kind: PolicyKind, named name: String, in project: ProjectName)
    async throws(StoreError) -> PolicyRecord?
  /// Removes a window or freeze, and wakes the runs that may go on by that. A window that a FleetSet or a run that goes on
  /// names is a conflict.
  func removePolicy(_ kind: PolicyKind, named name: String, in project: ProjectName, cause: ChangeCause)
    async throws(StoreError)
  /// The rules of time zones by name; those that are not known are absent.
  func timeZones(named names: Set<String>) async throws(StoreError) -> [String: TimeZoneRules]
  /// The names of all zones, and the version of the database that they come from; empty before the first controller that
  /// has one.
  func timeZoneCatalogue() async throws(StoreError) -> ZoneCatalogue
  /// Stores the zones of a database, unless those stored are of the same version or a newer one; answers whether it did.
  func storeTimeZones(_ zones: [TimeZoneFile], version: String) async throws(StoreError) -> Bool
}
