// What ran where, and when.
extension Routes {
  private static let span = [
    Route.Query("from", "only what had a part after this moment, RFC 3339"),
    Route.Query("until", "only what had a part before this moment, RFC 3339"),
  ]

  /// What a cluster ran.
  public static let clusterTimeline = Route(
    "clusterTimeline", .get, project("clusters/{name}/timeline"), .right(.read),
    "List the orders to a cluster's targets, newest first, with how long each was what ran",
    query: [Route.Query("fleetSet", "only of this FleetSet")] + span + paging, response: ListPage<PeriodResource>.self)
  /// What all targets ran at a moment.
  public static let pastTargets = Route(
    "pastTargets", .get, project("history/targets"), .right(.read),
    "List what targets were to run, and ran, at a moment, in order of FleetSet and name",
    query: [
      Route.Query("at", "the moment, RFC 3339; required"), Route.Query("fleetSet", "only of this FleetSet"),
      Route.Query("cluster", "only on this cluster"),
    ] + paging,
    response: ListPage<PastTargetResource>.self)
  /// Where a bundle, or a commit, ran.
  public static let whereabouts = Route(
    "whereabouts", .get, project("history/whereabouts"), .right(.read),
    "List where a bundle, or what a commit gives, had a part, in order of FleetSet and target",
    query: [
      Route.Query("of", "the first digits, at least four, of a bundle's SHA-256 or of a commit; required")
    ] + span + paging,
    response: ListPage<PeriodResource>.self)
  static let history = [clusterTimeline, pastTargets, whereabouts]
}
