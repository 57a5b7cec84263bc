#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// Lets `less`, or what FLOTILLA_PAGER or PAGER names, show what is longer than the terminal.
enum Pager {
  /// Shows the text; false when there is no such program, or nobody could turn its pages.
  static func show(_ text: String) -> Bool {
    guard isatty(0) == 1 else { return false }
    let named = ["FLOTILLA_PAGER", "PAGER"].compactMap { (name: String) in getenv(name).map { String(cString: $0) } }
      .first
    let program = named ?? "less"
    guard !program.isEmpty, program != "cat" else { return false }
    // Colours as they are, and nothing stays on the screen that was not there.
    setenv("LESS", "FRX", 0)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return false }
    let child = spawn(program, reading: ends[0], closing: ends[1])
    close(ends[0])
    guard let child else {
      close(ends[1])
      return false
    }
    // Ctrl-C belongs to the pager; one that ends early leaves a broken pipe.
    let signals = [SIGINT, SIGPIPE].map { ($0, signal($0, SIG_IGN)) }
    defer { for (number, previous) in signals { _ = signal(number, previous) } }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes = bytes.dropFirst(count)
    }
    close(ends[1])
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let isMissing = status & 0x7F == 0 && status >> 8 & 0xFF == 127
    return !isMissing
  }

  private static func spawn(_ program: String, reading input: Int32, closing output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_addclose(&actions, output)
    let words = ["sh", "-c", "exec \(program) 2>/dev/null"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    return posix_spawn(&child, "/bin/sh", &actions, nil, &arguments, environ) == 0 ? child : nil
  }
}
