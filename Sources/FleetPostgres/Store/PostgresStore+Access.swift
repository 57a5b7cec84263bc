public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Stores a token's hash with what it allows.
  public func createToken(
    _ principal: Principal, tokenHash: Digest, expiresIn: Duration?, cause: ChangeCause
  ) async throws(StoreError) -> TokenID {
    try await change { session in
      try session.execute(AccessQueries.retireExpired, .text(principal.name))
      do {
        let id = try session.first(
          AccessQueries.createToken, .text(principal.name), .digest(tokenHash), .json(principal.groups),
          .json(principal.gitIdentities), .text(principal.right.rawValue), .text(cause.principal),
          .milliseconds(expiresIn), read: { try $0.int() })
        try session.record(
          Event(
            "token.created", project: .defaultProject, cause: cause,
            message: "token '\(principal.name)' with the right to \(principal.right.rawValue) was created"))
        return TokenID(id ?? 0)
      } catch let error as DatabaseError where error.isDuplicate {
        throw StoreError(.conflict, "there is a token '\(principal.name)' already; revoke it first")
      }
    }
  }

  /// Who a token is.
  public func principal(tokenHash: Digest) async throws(StoreError) -> Principal? {
    try await read { try $0.first(AccessQueries.principal, .digest(tokenHash), read: { try $0.principal() }) }
  }

  /// All tokens' principals.
  public func tokens() async throws(StoreError) -> [Principal] {
    try await read { try $0.rows(AccessQueries.tokens, read: { try $0.principal() }) }
  }

  /// Revokes a token by name.
  public func revokeToken(named name: String, cause: ChangeCause) async throws(StoreError) {
    try await change { session in
      guard try session.execute(AccessQueries.revokeToken, .text(name), .text(cause.principal)) > 0 else {
        throw StoreError(.notFound, "there is no token '\(name)'")
      }
      try session.record(
        Event("token.revoked", project: .defaultProject, cause: cause, message: "token '\(name)' was revoked"))
    }
  }

  /// Stores a credential's sealed bytes.
  public func setCredential(
    _ name: String, in project: ProjectName, sealed: [UInt8], keyID: String, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      try session.execute(DocumentQueries.ensureProject, .name(project))
      try session.execute(
        AccessQueries.setCredential, .name(project), .text(name), .binary(sealed), .text(keyID),
        .text(cause.principal))
      try session.record(
        Event("credential.set", project: project, cause: cause, message: "credential '\(name)' was set"))
    }
  }

  /// The sealed bytes of a credential and the key's id.
  public func credential(
    _ name: String, in project: ProjectName
  ) async throws(StoreError) -> (sealed: [UInt8], keyID: String)? {
    try await read { session in
      try session.binaryRows(AccessQueries.credential, .name(project), .text(name)) { row in
        (sealed: try row.optionalBytes().map { Array($0) } ?? [], keyID: try row.text())
      }.first
    }
  }

  /// Remembers an idempotency key, or answers what was stored for it.
  public func idempotentAnswer(
    principal: String, route: String, key: String, bodyHash: Digest
  ) async throws(StoreError) -> (status: Int, body: [UInt8])? {
    try await change { session in
      try session.execute(AccessQueries.forgetKeys)
      if try session.execute(AccessQueries.reserveKey, .text(principal), .text(route), .text(key), .digest(bodyHash))
        == 1
      {
        return nil
      }
      let stored = try session.binaryRows(
        AccessQueries.key, .text(principal), .text(route), .text(key), .digest(bodyHash)
      ) { row in
        let isSame = try row.optionalBytes()?.first == 1
        return (
          isSame: isSame, status: try row.optionalText().flatMap { Int($0) },
          body: try row.optionalBytes().map { Array($0) } ?? []
        )
      }.first
      guard let stored, stored.isSame else {
        throw StoreError(.conflict, "this idempotency key was used with another request")
      }
      guard let status = stored.status else {
        throw StoreError(.conflict, "the request with this idempotency key is still being worked on")
      }
      return (status, stored.body)
    }
  }

  /// Lets an idempotency key without an answer be tried again.
  public func releaseIdempotencyKey(principal: String, route: String, key: String) async throws(StoreError) {
    try await change { session in
      try session.execute(AccessQueries.releaseKey, .text(principal), .text(route), .text(key))
    }
  }

  /// Stores the answer for an idempotency key.
  public func storeIdempotentAnswer(
    principal: String, route: String, key: String, bodyHash: Digest, status: Int, body: [UInt8]
  ) async throws(StoreError) {
    try await change { session in
      try session.execute(
        AccessQueries.storeAnswer, .text(principal), .text(route), .text(key), .digest(bodyHash), .int(status),
        .binary(body))
    }
  }
}

extension Row {
  fileprivate mutating func principal() throws -> Principal {
    Principal(
      token: try id(), name: try text(), groups: try json(), gitIdentities: try json(), right: try raw())
  }
}
