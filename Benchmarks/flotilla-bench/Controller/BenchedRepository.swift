import ArgumentParser
import FleetPrograms
import Foundation

/// A Git repository whose every commit changes the manifests of all clusters.
struct BenchedRepository: Sendable {
  let folder: String
  /// Whether there is a Deployment, whose Pods take their time, beside a ConfigMap.
  let hasDeployment: Bool

  /// Makes it with its first commit.
  init(folder: String, hasDeployment: Bool = true) async throws {
    self.folder = folder
    self.hasDeployment = hasDeployment
    try FileManager.default.createDirectory(atPath: folder + "/deploy", withIntermediateDirectories: true)
    try await git("init", "--quiet", "--initial-branch=main", ".")
    try await commit(0)
  }

  /// Commits the manifests with a number in them.
  func commit(_ number: Int) async throws {
    let deployment = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: registry.example/web:1.\(number)
      """
    let settings = """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
      data:
        number: "\(number)"
      """
    let manifests = (hasDeployment ? [deployment, settings] : [settings]).joined(separator: "\n---\n")
    try manifests.write(toFile: folder + "/deploy/web.yaml", atomically: true, encoding: .utf8)
    try await git("add", "--all")
    try await git("commit", "--quiet", "--message", "number \(number)")
  }

  private func git(_ arguments: String...) async throws {
    let result = try await Program.run(
      "git", arguments: ["-C", folder] + arguments,
      environment: [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder,
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Kim", "GIT_AUTHOR_EMAIL": "kim@example.com",
        "GIT_COMMITTER_NAME": "Kim", "GIT_COMMITTER_EMAIL": "kim@example.com",
      ], timeLimit: .seconds(30), outputLimitBytes: 1 << 16)
    guard result.isSuccess else {
      throw ValidationError("git \(arguments.joined(separator: " ")): \(result.errorText)")
    }
  }

  /// The Repository and FleetSet that roll it out: canaries first, then the rest, without waits of their own. Polling
  /// is so seldom that only the webhook can tell of a commit.
  var documents: String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata:
      name: bench
    spec:
      url: file://\(folder)
      pollInterval: 1h
    ---
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata:
      name: bench
    spec:
      generators:
        - clusters:
            selector:
              matchLabels: {env: production}
      template:
        metadata:
          name: "bench-{{name}}"
        spec:
          source:
            repository: bench
            revision: {branch: main}
            path: deploy
          destination:
            cluster: "{{name}}"
            namespace: bench
      rollout:
        stages:
          - name: canary
            clusters:
              matchLabels: {canary: "true"}
            maxConcurrent: 1
            minReady: 0s
          - name: rest
            rest: true
            maxConcurrent: 100%
            minReady: 0s

    """
  }
}
