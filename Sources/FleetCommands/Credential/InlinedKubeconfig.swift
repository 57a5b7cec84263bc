internal import KubeClient

/// The kubeconfig that a user named, as the controller takes it: one context, and the contents of the files it names,
/// which are this machine's and not the controller's. Nil when none was named.
func inlinedKubeconfig(_ file: String?, context: String?) throws -> String? {
  guard let file else {
    guard context == nil else { throw CommandFailure.usage("--context belongs to --kubeconfig") }
    return nil
  }
  guard let input = try InputFile.read([file]).first else { throw CommandFailure.usage("\(file) cannot be read") }
  do {
    return try Kubeconfig.inlined(input.content, file: input.name, context: context)
  } catch {
    throw CommandFailure.usage(error.message)
  }
}
