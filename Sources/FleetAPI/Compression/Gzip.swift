internal import CLibZ

/// Why a text in gzip cannot be read.
public enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is longer than it may be.
  case tooLong(limit: Int)
  /// It is no gzip, or was damaged on its way.
  case damaged
  /// There is no memory for it.
  case noMemory

  /// The words.
  public var description: String {
    switch self {
    case .tooLong(let limit): "what was compressed is over \(limit) bytes"
    case .damaged: "what was compressed cannot be read"
    case .noMemory: "there is no memory to read what was compressed"
    }
  }
}

/// Compresses a stream with gzip (RFC 1952), piece by piece.
public struct GzipWriter: ~Copyable {
  // zlib keeps the address of its state.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Begins a stream.
  ///
  /// - Throws: `GzipError.noMemory`.
  public init() throws(GzipError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard flotilla_deflate_begin(stream) == Z_OK else { throw .noMemory }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Adds bytes.
  ///
  /// - Parameter isLast: whether the stream ends with them.
  /// - Returns: everything that whoever reads needs to have all of the bytes that were added yet.
  public mutating func add(_ bytes: [UInt8], isLast: Bool) throws(GzipError) -> [UInt8] {
    try passed(through: stream, bytes) { deflate($0, isLast ? Z_FINISH : Z_SYNC_FLUSH) }
  }
}

/// Reads a stream of gzip piece by piece, and no more of it than it may hold: a few bytes can stand for gigabytes.
public struct GzipReader: ~Copyable {
  private let stream: UnsafeMutablePointer<z_stream>
  private let limit: Int
  private var length = 0
  /// Whether the end was there.
  public private(set) var isComplete = false

  /// Begins a stream.
  ///
  /// - Parameter limit: how many bytes it may hold.
  /// - Throws: `GzipError.noMemory`.
  public init(limit: Int) throws(GzipError) {
    self.limit = limit
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard flotilla_inflate_begin(stream) == Z_OK else { throw .noMemory }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Reads the next piece.
  ///
  /// - Returns: what it stands for.
  /// - Throws: `GzipError.tooLong` as soon as the stream is over its limit, `GzipError.damaged`.
  public mutating func read(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    guard !isComplete else { throw .damaged }
    var ended = false
    let result = try passed(through: stream, bytes, atMost: limit - length) { stream in
      let code = inflate(stream, Z_NO_FLUSH)
      if code == Z_STREAM_END { ended = true }
      return code
    }
    length += result.count
    guard length <= limit else { throw .tooLong(limit: limit) }
    // Nothing may follow.
    if ended, stream.pointee.avail_in > 0 { throw .damaged }
    isComplete = ended
    return result
  }
}

/// Lets zlib work until it has taken all bytes in, and given out what it has, or a piece more than `limit`.
private func passed(
  through stream: UnsafeMutablePointer<z_stream>, _ bytes: [UInt8], atMost limit: Int = .max,
  _ step: (UnsafeMutablePointer<z_stream>) -> Int32
) throws(GzipError) -> [UInt8] {
  var input = bytes
  let chunk = 32 << 10
  var isGood = true
  var result: [UInt8] = []
  input.withUnsafeMutableBufferPointer { input in
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = UInt32(input.count)
    var isFull = true
    while isFull, isGood, result.count <= limit {
      let piece = [UInt8](unsafeUninitializedCapacity: chunk) { output, count in
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(chunk)
        let code = step(stream)
        // No progress is no fault: all is given out.
        isGood = code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR
        count = chunk - Int(stream.pointee.avail_out)
        isFull = code == Z_OK && stream.pointee.avail_out == 0
      }
      result += piece
    }
    stream.pointee.next_in = nil
  }
  guard isGood else { throw .damaged }
  return result
}
