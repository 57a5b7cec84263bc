internal import KubeClient

/// The kubeconfig that a user named, as the controller takes it: one context, and the contents of the files it names,
/// which are this machine's and not the controller's. Nil when none was named. Several files have colons between them.
func inlinedKubeconfig(_ file: String?, context: String?) throws -> String? {
  guard let file else {
    guard context == nil else { throw CommandFailure.usage("--context belongs to --kubeconfig") }
    return nil
  }
  let inputs = try InputFile.read(file == "-" ? [file] : Kubeconfig.paths(file))
  guard !inputs.isEmpty else { throw CommandFailure.usage("\(file) cannot be read") }
  do {
    return try Kubeconfig.inlined(inputs.map { ($0.name, $0.content) }, context: context)
  } catch {
    throw CommandFailure.usage(error.message)
  }
}
