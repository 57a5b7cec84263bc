import Foundation

/// The programs of this project, built by the test run itself.
public enum BuiltPrograms {
  /// The checkout.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Where `swift test` put the programs: beside the test bundle.
  public static let folder =
    Bundle.allBundles.compactMap { $0.bundleURL.deletingLastPathComponent().path }
    .first { FileManager.default.isExecutableFile(atPath: $0 + "/flotilla-controller") }
    ?? root + "/.build/debug"
}
