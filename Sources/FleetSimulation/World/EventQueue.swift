internal import FleetModel

/// What can happen next in a simulated world.
enum Happening {
  /// A controller looks whether the run is due.
  case work
  /// A controller commits what it planned.
  case commit(Int)
  /// A controller looks whether a run is due to start.
  case start
  /// A controller measures what the gates of a run ask for.
  case measure(Int)
  /// The agent of a cluster fetches its orders.
  case poll(Int)
  /// The agent begins with an order.
  case begin(placement: Int, token: Int)
  /// The agent has applied an order, or cannot.
  case applied(placement: Int, token: Int)
  /// The health of a placement's objects changes; the number says which act of its play it is.
  case act(placement: Int, token: Int, number: Int)
  /// The agent reports.
  case report(placement: Int, token: Int)
  /// A report arrives at a controller.
  case arrival(Observation, cluster: Int)
  /// The agent of a cluster starts again.
  case agentRestart(Int)
  /// A cluster is reachable again.
  case comeback(Int)
  /// The store sees that a cluster has been silent for a while.
  case sessionClosed(Int)
  /// A cluster's agent reaches a controller again after an outage.
  case reconnect(Int)
  /// A hold on a site ends by itself.
  case siteHoldEnds(Int)
  case controllersBack
  case databaseBack
  /// Chance is asked what goes wrong.
  case weather
  /// A person looks at the rollout.
  case person
  /// Somebody pushes a commit.
  case release
  /// Everything is repaired.
  case heal
}

/// The happenings of a world.
typealias EventQueue = TimedQueue<Happening>
