#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Finds installed programs, without a shell.
public enum ProgramSearch {
  /// The path of a program: of the name as it stands when it contains `/`, else in the given folders and then in PATH.
  ///
  /// - Throws: ``ProgramError/notFound(program:searched:)`` with the folders that were searched.
  public static func find(_ program: String, in folders: [String] = []) throws(ProgramError) -> String {
    if program.contains("/") {
      guard isExecutableFile(program) else { throw .notFound(program: program, searched: [folder(of: program)]) }
      return program
    }
    let searched = folders + searchPath()
    guard !program.isEmpty else { throw .notFound(program: program, searched: searched) }
    for folder in searched {
      let candidate = folder.hasSuffix("/") ? folder + program : folder + "/" + program
      if isExecutableFile(candidate) { return candidate }
    }
    throw .notFound(program: program, searched: searched)
  }

  /// The folders of this process's PATH. Relative ones are left out: what runs must not depend on the working folder.
  public static func searchPath() -> [String] {
    guard let value = getenv("PATH") else { return [] }
    return String(cString: value).split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
  }

  private static func isExecutableFile(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return access(path, X_OK) == 0
  }

  private static func folder(of path: String) -> String {
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return parent.isEmpty ? "/" : parent
  }
}
