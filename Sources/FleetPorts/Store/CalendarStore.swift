public import FleetModel

/// Windows, freezes and time zones (R21). Called by the API and at a controller's start; passes get them with their input.
public protocol CalendarStore: Sendable {
  /// Windows, or freezes, in order of name.
  func calendarEntries(_ kind: CalendarKind, in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<CalendarRecord>
  /// One window or freeze; nil when there is none.
  func calendarEntry(_ kind: CalendarKind, named name: String, in project: ProjectName)
    async throws(StoreError) -> CalendarRecord?
  /// Removes a window or freeze, and wakes the runs that may go on by that. A window that a FleetSet or a run that goes on
  /// names is a conflict.
  func removeCalendarEntry(_ kind: CalendarKind, named name: String, in project: ProjectName, cause: ChangeCause)
    async throws(StoreError)
  /// The rules of time zones by name; those that are not known are absent.
  func timeZones(named names: Set<String>) async throws(StoreError) -> [String: TimeZoneRules]
  /// The names of all zones, and the version of the database that they come from; empty before the first controller that
  /// has one.
  func timeZoneCatalogue() async throws(StoreError) -> ZoneCatalogue
  /// Stores the zones of a database, unless those stored are of the same version or a newer one; answers whether it did.
  func storeTimeZones(_ zones: [TimeZoneFile], version: String) async throws(StoreError) -> Bool
}
