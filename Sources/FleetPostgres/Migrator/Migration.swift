/// One step of the schema's history. Steps are appended and never changed after a release.
struct Migration: Sendable {
  /// The number, from 1 without gaps.
  let version: Int
  /// The name, as in the file's.
  let name: String
  /// The SQL that makes the step.
  let up: String
  /// The SQL that takes it back.
  let down: String

  private init(_ version: Int, _ name: String, up: [UInt8], down: [UInt8]) {
    self.version = version
    self.name = name
    self.up = String(decoding: up, as: UTF8.self)
    self.down = String(decoding: down, as: UTF8.self)
  }

  /// All steps in order. The package's embedded files have static names (the first `0` of a file's name becomes `_`), so
  /// the list is kept here; a test compares it with the folder.
  static let all = [
    Migration(1, "core", up: PackageResources._001_core_up_sql, down: PackageResources._001_core_down_sql),
    Migration(2, "push", up: PackageResources._002_push_up_sql, down: PackageResources._002_push_down_sql),
    Migration(
      3, "config_maps", up: PackageResources._003_config_maps_up_sql, down: PackageResources._003_config_maps_down_sql),
    Migration(4, "removals", up: PackageResources._004_removals_up_sql, down: PackageResources._004_removals_down_sql),
    Migration(5, "calendar", up: PackageResources._005_calendar_up_sql, down: PackageResources._005_calendar_down_sql),
    Migration(6, "joined", up: PackageResources._006_joined_up_sql, down: PackageResources._006_joined_down_sql),
    Migration(7, "history", up: PackageResources._007_history_up_sql, down: PackageResources._007_history_down_sql),
    Migration(8, "checks", up: PackageResources._008_checks_up_sql, down: PackageResources._008_checks_down_sql),
    Migration(
      9, "render_options", up: PackageResources._009_render_options_up_sql,
      down: PackageResources._009_render_options_down_sql),
    Migration(10, "reads", up: PackageResources._010_reads_up_sql, down: PackageResources._010_reads_down_sql),
    Migration(11, "limits", up: PackageResources._011_limits_up_sql, down: PackageResources._011_limits_down_sql),
    Migration(
      12, "unknown_authors", up: PackageResources._012_unknown_authors_up_sql,
      down: PackageResources._012_unknown_authors_down_sql),
    Migration(
      13, "report_times", up: PackageResources._013_report_times_up_sql,
      down: PackageResources._013_report_times_down_sql),
    Migration(
      14, "policies", up: PackageResources._014_policies_up_sql, down: PackageResources._014_policies_down_sql),
    Migration(15, "drifted", up: PackageResources._015_drifted_up_sql, down: PackageResources._015_drifted_down_sql),
    Migration(16, "agents", up: PackageResources._016_agents_up_sql, down: PackageResources._016_agents_down_sql),
    Migration(
      17, "revoked_agents", up: PackageResources._017_revoked_agents_up_sql,
      down: PackageResources._017_revoked_agents_down_sql),
    Migration(
      18, "api_versions", up: PackageResources._018_api_versions_up_sql,
      down: PackageResources._018_api_versions_down_sql),
  ]
}
