/// The fence of an order, per cluster and target: agents persist the highest they have seen and refuse older ones (R27).
///
/// The epoch rises when a database is restored from a backup, so that generations handed out and then forgotten are
/// never handed out again with other content.
public struct Generation: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Raised by a restore; compared first.
  public var epoch: Int32
  /// Raised by every order.
  public var counter: Int64

  /// Makes a generation.
  public init(epoch: Int32, counter: Int64) {
    self.epoch = epoch
    self.counter = counter
  }

  /// Below every generation that an order carries.
  public static let none = Generation(epoch: 0, counter: 0)

  /// The next generation in an epoch, above this one.
  public func next(inEpoch current: Int32) -> Generation {
    Generation(epoch: max(epoch, current), counter: counter + 1)
  }

  /// Orders by epoch, then by counter.
  public static func < (left: Generation, right: Generation) -> Bool {
    (left.epoch, left.counter) < (right.epoch, right.counter)
  }

  /// `epoch.counter`, for example `1.42`.
  public var description: String { "\(epoch).\(counter)" }
}
