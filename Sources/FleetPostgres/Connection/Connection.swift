import CLibPQ
import FleetModel
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A flag that ends a statement from another thread.
final class CancellationFlag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}

/// One connection to PostgreSQL. Its calls block, so they are made only on the pool's own threads, by one thread at a
/// time: that is why it may go from thread to thread (`@unchecked Sendable`).
final class Connection: @unchecked Sendable {
  private let handle: OpaquePointer
  private var prepared: Set<String> = []

  /// How long one statement may take, by this side's clock too: a server that is stopped must not keep a thread.
  private let limit: Duration

  /// OpenSSL, which libpq uses for passwords and TLS, frees what it keeps per thread both when a thread ends and when the
  /// process exits. Both at once free the same memory twice ("double free or corruption"), so the clean-up at exit is
  /// turned off: the operating system takes the memory anyway. It must come before OpenSSL is used first. Looked up by
  /// name, because only libpq is linked, and one without OpenSSL has no such race.
  private static let hasNoCleanupAtExit: Bool = {
    typealias Initialize = @convention(c) (UInt64, OpaquePointer?) -> Int32
    // OPENSSL_INIT_NO_ATEXIT of <openssl/crypto.h>.
    let withoutCleanup: UInt64 = 0x0008_0000
    guard let symbol = dlsym(nil, "OPENSSL_init_crypto") else { return true }
    return unsafeBitCast(symbol, to: Initialize.self)(withoutCleanup, nil) == 1
  }()

  /// Connects, within twenty seconds unless the URL says otherwise: with TLS and a password that is five times there and
  /// back, which a network that is slow but works must have.
  ///
  /// - Parameter limit: how long one statement may take; the server gives up ten seconds earlier, or at half of it.
  init(url: String, limit: Duration = .seconds(60)) throws {
    _ = Self.hasNoCleanupAtExit
    // The URL comes last, so that what it says wins.
    let keywords = [
      "fallback_application_name", "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
      "tcp_user_timeout", "dbname",
    ]
    // A peer that is gone without a word is noticed within about ten seconds.
    let values = ["flotilla", "20", "5", "2", "3", "10000", url]
    let opened = Self.withCStrings(keywords) { keywords in
      Self.withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
    }
    guard let opened else { throw DatabaseError(sqlState: "", message: "libpq has no memory") }
    guard PQstatus(opened) == CONNECTION_OK else {
      let message = Self.firstLine(PQerrorMessage(opened))
      PQfinish(opened)
      throw DatabaseError(sqlState: "", message: message)
    }
    handle = opened
    self.limit = limit
    _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
    PQsetnonblocking(handle, 1)
    // Everything is set from here on, so that `deinit` closes the connection also when this throws: closing it here as
    // well would free it twice.
    try script(
      """
      SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET lock_timeout = '20s';
      SET statement_timeout = \(max(limit / 2, limit - .seconds(10)).wholeMilliseconds);
      SET idle_in_transaction_session_timeout = '60s'; SET jit = off; SET client_min_messages = 'error'
      """)
  }

  deinit { PQfinish(handle) }

  var isHealthy: Bool { PQstatus(handle) == CONNECTION_OK }
  var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }
  var socket: Int32 { PQsocket(handle) }
  var serverVersion: Int32 { PQserverVersion(handle) }

  /// Runs one or more statements without parameters, and answers nothing.
  func script(_ sql: String) throws {
    guard PQsendQuery(handle, sql) == 1 else { throw broken("script") }
    PQclear(try finish("script", flag: nil))
  }

  /// Runs a statement, preparing it at its first use, and answers its result, which `body` must not keep.
  func execute<Value>(
    _ statement: Statement, _ parameters: [Parameter], binaryResult: Bool = false, flag: CancellationFlag?,
    _ body: (OpaquePointer) throws -> Value
  ) throws -> Value {
    // The text form of a parameter ends at its first NUL: the rest would be lost without a word.
    for case .text(let text) in parameters where text.utf8.contains(0) {
      throw DatabaseError(sqlState: "22021", message: "a parameter has a NUL", statement: statement.name)
    }
    if !prepared.contains(statement.name) {
      guard PQsendPrepare(handle, statement.name, statement.sql, 0, nil) == 1 else { throw broken(statement.name) }
      PQclear(try finish(statement.name, flag: flag))
      prepared.insert(statement.name)
    }
    let sent = Self.withValues(parameters) { values, lengths, formats in
      PQsendQueryPrepared(
        handle, statement.name, Int32(parameters.count), values, lengths, formats, binaryResult ? 1 : 0)
    }
    guard sent == 1 else { throw broken(statement.name) }
    guard let result = try finish(statement.name, flag: flag) else {
      throw broken(statement.name)
    }
    defer { PQclear(result) }
    return try body(result)
  }

  /// The notifications that have arrived, as channel and payload.
  func notifications() throws -> [(channel: String, payload: String)] {
    guard PQconsumeInput(handle) == 1 else { throw broken("listen") }
    var found: [(String, String)] = []
    while let notification = PQnotifies(handle) {
      found.append((String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)))
      PQfreemem(notification)
    }
    return found
  }

  /// Sends what is queued, waits for all results, and answers the last one, which the caller clears.
  private func finish(_ name: String, flag: CancellationFlag?) throws -> OpaquePointer? {
    let end = ContinuousClock.now.advanced(by: limit)
    var last: OpaquePointer?
    var failure: DatabaseError?
    while true {
      do {
        let flushed = PQflush(handle)
        guard flushed >= 0 else { throw broken(name) }
        if flushed == 1 || PQisBusy(handle) == 1 {
          try waitForSocket(toWrite: flushed == 1, name: name, flag: flag, end: end)
          continue
        }
      } catch {
        PQclear(last)
        throw error
      }
      guard let result = PQgetResult(handle) else { break }
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
        PQclear(last)
        last = result
      default:
        failure = failure ?? error(of: result, name: name)
        PQclear(result)
      }
    }
    if let failure {
      PQclear(last)
      throw failure
    }
    return last
  }

  private func waitForSocket(
    toWrite: Bool, name: String, flag: CancellationFlag?, end: ContinuousClock.Instant
  ) throws {
    var waited = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    if toWrite { waited.events |= Int16(POLLOUT) }
    // A quarter of a second at most, to see the flag; answers wake the thread at once.
    let ready = poll(&waited, 1, 250)
    if ready > 0, PQconsumeInput(handle) == 0 { throw broken(name) }
    if ready < 0, errno != EINTR { throw DatabaseError(sqlState: "", message: "poll failed", statement: name) }
    if ready == 0, let flag, flag.isSet {
      cancel()
      throw CancellationError()
    }
    if ContinuousClock.now > end {
      throw DatabaseError(sqlState: "", message: "the server has not answered for \(limit.text)", statement: name)
    }
  }

  /// Asks the server to stop the running statement; the connection is not used again.
  private func cancel() {
    guard let request = PQgetCancel(handle) else { return }
    var message = [CChar](repeating: 0, count: 256)
    PQcancel(request, &message, Int32(message.count))
    PQfreeCancel(request)
  }

  private func broken(_ name: String) -> DatabaseError {
    DatabaseError(sqlState: "", message: Self.firstLine(PQerrorMessage(handle)), statement: name)
  }

  private func error(of result: OpaquePointer, name: String) -> DatabaseError {
    func field(_ code: Character) -> String {
      guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return "" }
      return String(cString: text)
    }
    let message = field("M")
    return DatabaseError(
      sqlState: field("C"), message: message.isEmpty ? Self.firstLine(PQresultErrorMessage(result)) : message,
      constraint: field("n"), statement: name)
  }

  private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    return String(cString: text).split(separator: "\n").first.map(String.init) ?? "the connection broke"
  }

  private static func withCStrings<Value>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value?
  ) -> Value? {
    let copies = texts.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { $0.baseAddress.flatMap(body) }
  }

  /// All values in one buffer, each ended by a zero byte for libpq's text form.
  private static func withValues<Value>(
    _ parameters: [Parameter],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Value
  ) -> Value {
    var buffer: [UInt8] = []
    var offsets: [Int?] = []
    var lengths: [Int32] = []
    var formats: [Int32] = []
    for parameter in parameters {
      let start = buffer.count
      switch parameter {
      case .null:
        offsets.append(nil)
        formats.append(0)
      case .text(let text):
        buffer.append(contentsOf: text.utf8)
        offsets.append(start)
        formats.append(0)
      case .binary(let bytes):
        buffer.append(contentsOf: bytes)
        offsets.append(start)
        formats.append(1)
      }
      lengths.append(Int32(buffer.count - start))
      buffer.append(0)
    }
    return buffer.withUnsafeBytes { bytes in
      let pointers = offsets.map { offset in
        offset.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
      }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress, lengths, formats) }
    }
  }
}
