import FleetModel

/// What a cluster has to do at a time.
enum TimerAction: Sendable, Hashable {
  /// Look at an object and do what is due.
  case reconcile(ObjectKey)
  /// Remove what a gone owner left behind.
  case collectGarbage(String)
  /// End a watch.
  case endWatch(Int)
  /// Send a bookmark.
  case bookmark(Int)
}

/// A heap of timers by time, then by order of arrival. Of one action only the earliest time counts.
struct TimerQueue<Action: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    var due: Int64
    var order: Int
    var action: Action
  }

  private var heap: [Entry] = []
  private var pending: [Action: Int64] = [:]
  private var order = 0

  /// When the next timer is due, in milliseconds since the epoch.
  var nextDue: Int64? { heap.first?.due }

  mutating func schedule(_ action: Action, at due: Int64) {
    if let present = pending[action], present <= due { return }
    pending[action] = due
    order += 1
    heap.append(Entry(due: due, order: order, action: action))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.isBefore(heap[child], heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the next action that is due.
  mutating func popDue(now: Int64) -> (action: Action, due: Int64)? {
    while let first = heap.first, first.due <= now {
      removeFirst()
      guard pending[first.action] == first.due else { continue }
      pending[first.action] = nil
      return (first.action, first.due)
    }
    return nil
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if Self.isBefore(heap[child], heap[smallest]) { smallest = child }
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }

  private static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    (left.due, left.order) < (right.due, right.order)
  }
}
