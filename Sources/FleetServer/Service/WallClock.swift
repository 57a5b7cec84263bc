import FleetModel
import Glibc

/// The machine's clock, for what people read and agents compare with their own; decisions use PostgreSQL's.
enum WallClock {
  /// The time now.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(millisecondsSinceEpoch: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
