/// What is to happen, in order of time, then of being scheduled.
struct TimedQueue<Element> {
  private struct Item {
    var time: Int64
    var sequence: Int
    var element: Element

    func isBefore(_ other: Item) -> Bool {
      time != other.time ? time < other.time : sequence < other.sequence
    }
  }

  private var heap: [Item] = []
  private var sequence = 0

  /// When the next one happens; nil when there is none.
  var nextTime: Int64? { heap.first?.time }

  mutating func add(_ element: Element, at time: Int64) {
    sequence += 1
    heap.append(Item(time: time, sequence: sequence, element: element))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func next() -> (time: Int64, element: Element)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.time, first.element)
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
