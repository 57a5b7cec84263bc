import FleetModel
import FleetPorts
import Logging
import Synchronization

/// One fetch of one repository.
struct MirrorFetch: Sendable {
  var mirror: Mirror
  var remote: RemoteURL
  var credential: SourceCredential?
}

extension GitSourceReader {
  /// Asks the server what it has, brings what is new and says where the refs stand.
  ///
  /// A damaged mirror is made anew beside the old one and takes its place only when it is complete, so that what can
  /// still be read stays readable, and a crash at any moment leaves a mirror that works or none.
  func bring(_ fetch: MirrorFetch) async throws(SourceError) -> RefSnapshot {
    let scratch: String
    do {
      scratch = try folder.makeScratchFolder()
    } catch {
      throw SourceError(.invalid, "the folder for Git mirrors cannot be written: \(error.path): \(error.reason)")
    }
    defer { Files.removeTree(scratch) }
    do throws(SourceError) {
      let isUsable = Files.exists(fetch.mirror.folder) && !damage.contains(fetch.mirror.folder)
      let snapshot: RefSnapshot
      if isUsable, let brought = try await refresh(fetch, scratch: scratch) {
        snapshot = brought
      } else {
        snapshot = try await makeAnew(fetch, scratch: scratch)
      }
      states.withLock { $0[fetch.mirror.folder, default: MirrorState()].isSuspect = false }
      return snapshot
    } catch {
      let isSuspect = error.code == .timedOut || error.code == .unreachable
      states.withLock { states in
        if error.code != .cancelled { states[fetch.mirror.folder, default: MirrorState()].isSuspect = isSuspect }
        fetch.mirror.removeLeftovers()
      }
      throw error
    }
  }

  /// Brings the mirror up to date; nil when it is damaged.
  private func refresh(_ fetch: MirrorFetch, scratch: String) async throws(SourceError) -> RefSnapshot? {
    let mirror = fetch.mirror
    let before: MirrorRefs
    do throws(SourceError) {
      if let known = states.withLock({ $0[mirror.folder]?.refs }) { before = known } else { before = try mirror.refs() }
    } catch {
      return nil
    }
    do throws(SourceError) {
      let listing = try await list(fetch, mirror: mirror.folder, scratch: scratch)
      if before.stored == listing.refs, before.describesHead(of: listing) {
        states.withLock { $0[mirror.folder, default: MirrorState()].refs = before }
        await maintain(mirror, scratch: scratch)
        return before.snapshot
      }
      try await transfer(fetch, listing, mirror: mirror.folder, scratch: scratch)
      return try finish(mirror, listing)
    } catch {
      // Should the damage be the server's, the new clone fails too and this mirror stays.
      if error.code == .corrupt { return nil }
      // git's words do not always tell a broken connection from a broken mirror; the mirror's refs do.
      if error.code == .unreachable, (try? mirror.refs()) == nil { return nil }
      throw error
    }
  }

  /// Clones into a scratch folder and puts the result in the mirror's place.
  private func makeAnew(_ fetch: MirrorFetch, scratch: String) async throws(SourceError) -> RefSnapshot {
    let mirror = fetch.mirror
    if Files.exists(mirror.folder) {
      logger.warning("a damaged mirror is cloned anew", metadata: ["repository": "\(mirror.name)"])
    }
    var fresh = mirror
    fresh.folder = scratch + "/mirror.git"
    do {
      try RepositoryHandle.create(folder: fresh.folder)
    } catch {
      throw SourceError(.invalid, "a mirror cannot be made in \(folder.path): \(error.message)")
    }
    let listing = try await list(fetch, mirror: fresh.folder, scratch: scratch)
    try await transfer(fetch, listing, mirror: fresh.folder, scratch: scratch)
    let snapshot = try finish(fresh, listing)
    let refs = try fresh.refs()
    pool.forget(fresh.folder)
    do {
      if Files.exists(mirror.folder) { try Files.move(mirror.folder, to: scratch + "/replaced") }
      try Files.move(fresh.folder, to: mirror.folder)
    } catch {
      throw SourceError(.invalid, "a mirror cannot be put in its place: \(error.path): \(error.reason)")
    }
    pool.forget(mirror.folder)
    damage.clear(mirror.folder)
    states.withLock { states in
      states.removeValue(forKey: fresh.folder)
      states[mirror.folder, default: MirrorState()].refs = refs
    }
    return snapshot
  }

  private func finish(_ mirror: Mirror, _ listing: RemoteListing) throws(SourceError) -> RefSnapshot {
    if let branch = listing.headBranch { try mirror.setHead(branch: branch) }
    let refs = try mirror.refs()
    states.withLock { states in
      states[mirror.folder, default: MirrorState()].refs = refs
      states[mirror.folder, default: MirrorState()].needsMaintenance = true
    }
    return refs.snapshot
  }

  private func list(
    _ fetch: MirrorFetch, mirror: String, scratch: String
  ) async throws(SourceError) -> RemoteListing {
    let output = try await run(
      ["ls-remote", "--symref", "--quiet", "--", fetch.remote.text], fetch, mirror: mirror, scratch: scratch,
      timeLimit: configuration.listTimeLimit)
    let listing = RemoteListing(output)
    guard !listing.usesSHA256 else {
      throw SourceError(
        .invalid, "repository '\(fetch.mirror.name)' names its objects by SHA-256, which is not supported",
        hint: "use a repository in Git's usual format (SHA-1)")
    }
    return listing
  }

  private func transfer(
    _ fetch: MirrorFetch, _ listing: RemoteListing, mirror: String, scratch: String
  ) async throws(SourceError) {
    var refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
    if listing.headBranch == nil, listing.head != nil { refspecs.append("+HEAD:" + Mirror.detachedHead) }
    _ = try await run(
      [
        "fetch", "--quiet", "--prune", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
        "--no-auto-maintenance", "--no-show-forced-updates", "--", fetch.remote.text,
      ] + refspecs, fetch, mirror: mirror, scratch: scratch, timeLimit: configuration.fetchTimeLimit)
  }

  /// Packs what many fetches brought, when nothing else is to do; failure only costs space.
  private func maintain(_ mirror: Mirror, scratch: String) async {
    let isDue = states.withLock { states in
      let isDue = states[mirror.folder]?.needsMaintenance ?? false
      states[mirror.folder]?.needsMaintenance = false
      return isDue
    }
    guard isDue else { return }
    let outcome = try? await git.run(
      ["gc", "--auto", "--quiet"], mirror: mirror.folder, remote: nil, credential: nil, scratch: scratch,
      timeLimit: configuration.fetchTimeLimit, repository: mirror.name)
    // Open handles still see what was removed.
    pool.forget(mirror.folder)
    if case .failed(let text) = outcome {
      logger.warning("a mirror could not be packed", metadata: ["repository": "\(mirror.name)", "reason": "\(text)"])
    }
  }

  private func run(
    _ arguments: [String], _ fetch: MirrorFetch, mirror: String, scratch: String, timeLimit: Duration
  ) async throws(SourceError) -> [UInt8] {
    // A redirect may lead a plain-text request anywhere; one over TLS only to who can prove its name.
    let redirects = fetch.remote.scheme == .https ? "initial" : "false"
    let outcome = try await git.run(
      ["-c", "http.followRedirects=\(redirects)"] + arguments, mirror: mirror, remote: fetch.remote,
      credential: fetch.credential, scratch: scratch, timeLimit: timeLimit, repository: fetch.mirror.name)
    switch outcome {
    case .output(let bytes): return bytes
    case .failed(let text):
      var secrets: [String] = []
      if case .password(_, let password) = fetch.credential { secrets.append(password) }
      throw FetchFailure.error(text, repository: fetch.mirror.name, secrets: secrets)
    }
  }
}

extension MirrorRefs {
  /// Whether the mirror's HEAD is the server's.
  fileprivate func describesHead(of listing: RemoteListing) -> Bool {
    // A HEAD that names a branch without commits is the same as none for everybody who asks.
    if let branch = listing.headBranch {
      return snapshot.defaultBranch == branch || snapshot.branch(branch) == nil
    }
    return listing.head == detachedHead && snapshot.defaultBranch == nil
  }
}
