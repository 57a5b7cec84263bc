/// Something a simulation must meet now and then: a world in which it never happens proves nothing about it.
public enum Coverage: String, Sendable, CaseIterable {
  case passes, ordersForward, rollbacks, ordersBack, recalls, rollbackFailures
  case failureBreaches, unreachableBreaches, untestedHalts
  case lossesAfterDispatch, returnsOfLost, lateSuccesses, awayBeforeDispatch, heldForAway
  case regressionsInSoak, regressionsInPassedStages
  case lostRaces, crashesBeforeCommit, crashesAfterCommit, controllerOutages, databaseOutages, clockJumps
  case staleReports, lateReports, doubledReports, lostReports
  case fencesRefused, lapsedOrders, agentCrashes, vanishedClusters, terminalErrors, flapping
  case pausesWithInFlight, resumes, approvals, approvalsExpired, approvalsRefused, approvalsRevoked, rejections
  case undosOfGoingRuns, undosOfEndedRuns, retries, waivers, aborts, refusedCommands
  case cordons, removals, removedInFlight, joins, onboardings, holds, heldReleasesPassedOver, heldReleasesForced
  case catchUpsInRun, catchUpsAfterRun, failedCatchUps, caughtUpRuns, resumedHeldReleases, widerLooks
  case freezes, windowWaits, windowsClosedInFlight, freezesInFlight, windowOverrides, freezeOverrides, startsAtOpenings
  case supersededRuns, supersededWhileRunning, emptyStages, partlyUnchanged, limitsReached, sharedLimitsReached,
    firstAlone, newMembersKept, newMembersRemoved
  case endSucceeded, endSucceededWithWaivers, endSucceededWithUnreachable, endRolledBack, endRollbackFailed
  case leavers, returners, removalRuns, removedTargets, removalsCancelled
  case measurements, checkBreaches, checkHalts, checksWaived
  case joinedRuns, joinedPlaces, joinedFollowers, onboardedBeside, abortedByJoins
  case unhealthyBefore, unhealthyFirst, unhealthyLeftOut, unhealthyFailures, fullCatchUps
  case siteHolds, ordersHeldOnSite, passedOverHeld, recalledByHold, heldGoingBack
  case approvalsTimedOut, supersededLate, queuedReleases
  case endAborted, endSuperseded, convergences

  /// The place in a counter's table.
  var index: Int { Self.places[self] ?? 0 }

  private static let places: [Coverage: Int] = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}

/// How often each kind of happening was met.
public struct CoverageCounts: Sendable, Hashable {
  private var counts = [Int](repeating: 0, count: Coverage.allCases.count)

  /// Makes empty counts.
  public init() {}

  /// The count of one happening.
  public subscript(happening: Coverage) -> Int { counts[happening.index] }

  /// Counts one more.
  public mutating func add(_ happening: Coverage, _ count: Int = 1) { counts[happening.index] += count }

  /// Adds another world's counts.
  public mutating func add(_ other: CoverageCounts) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Happenings that were never met.
  public var missing: [Coverage] { Coverage.allCases.filter { self[$0] == 0 } }
}
