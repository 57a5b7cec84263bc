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

/// Happenings in order of time, then of being scheduled.
struct EventQueue {
  private struct Item {
    var time: Int64
    var sequence: Int
    var happening: Happening

    func isBefore(_ other: Item) -> Bool {
      time != other.time ? time < other.time : sequence < other.sequence
    }
  }

  private var heap: [Item] = []
  private var sequence = 0

  mutating func add(_ happening: Happening, at time: Int64) {
    sequence += 1
    heap.append(Item(time: time, sequence: sequence, happening: happening))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func next() -> (time: Int64, happening: Happening)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.time, first.happening)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[smallest]) {
        smallest = child
      }
      if smallest == parent { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
