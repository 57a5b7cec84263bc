import FleetModel
import Manifest

/// Why the native engine ends without manifests.
enum KustomizeStop: Error {
  /// The tree uses something that this engine does not do the same as the program for certain. Nothing is wrong with it.
  case needsProgram(String)
  /// The tree is wrong, and the program would refuse it too.
  case failed(Diagnostic)

  /// Something is wrong in a file.
  static func failed(
    _ message: String, file: String, at position: Position? = nil, field: String = "", hint: String = ""
  ) -> KustomizeStop {
    .failed(
      Diagnostic(
        file: file, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0), field: field, message: message,
        hint: hint))
  }
}
