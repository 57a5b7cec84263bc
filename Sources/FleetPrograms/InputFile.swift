#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import SystemPackage

/// A child's input as a file without a name, readable by nobody else.
///
/// A pipe would need somebody to write it: a child that ends before it has read everything would then raise SIGPIPE
/// here, and swift-subprocess 1.0 stops the whole process when such a write fails. A file has no writer to fail.
struct InputFile: Sendable {
  let descriptor: FileDescriptor

  init(_ bytes: [UInt8]) throws(ProgramInputError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = FilePath("\(folder)/flotilla-input-\(UInt64.random(in: .min ... .max))")
    do {
      descriptor = try FileDescriptor.open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
    } catch {
      throw ProgramInputError(reason: "no temporary file for its input: \(error)")
    }
    unlink(path.string)
    do {
      try descriptor.writeAll(bytes)
      try descriptor.seek(offset: 0, from: .start)
    } catch {
      try? descriptor.close()
      throw ProgramInputError(reason: "its input could not be written to a temporary file: \(error)")
    }
  }
}

/// Why a child's input could not be prepared.
struct ProgramInputError: Error {
  var reason: String
}
