/// What a finished program left behind.
public struct ProgramResult: Hashable, Sendable {
  /// The exit code; 128 plus the signal's number when a signal ended the program, as shells report it.
  public var exitCode: Int32
  /// What it wrote to its standard output.
  public var output: [UInt8]
  /// What it wrote to its standard error.
  public var errorOutput: [UInt8]

  /// Makes a result.
  public init(exitCode: Int32, output: [UInt8] = [], errorOutput: [UInt8] = []) {
    self.exitCode = exitCode
    self.output = output
    self.errorOutput = errorOutput
  }

  /// Whether the exit code is 0.
  public var isSuccess: Bool { exitCode == 0 }
  /// The standard output as text; bytes that are not UTF-8 are replaced.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// The standard error as text; bytes that are not UTF-8 are replaced.
  public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
}

/// The user and group a program runs as, for programs that refuse to run as root (`initdb`, `postgres`). Only root may
/// ask for another user than its own; supplementary groups are given up.
public struct ProgramUser: Hashable, Sendable {
  /// The numeric user.
  public var userID: UInt32
  /// The numeric group.
  public var groupID: UInt32

  /// Makes a user.
  public init(userID: UInt32, groupID: UInt32) {
    self.userID = userID
    self.groupID = groupID
  }
}
