/// What an API server's refusal is about, for whoever decides or explains.
public enum KubeProblem: String, CaseIterable, Hashable, Sendable {
  /// The request or its document cannot be read.
  case badRequest
  /// The server does not know who we are.
  case unauthenticated
  /// The user lacks the right.
  case forbidden
  /// The namespace is being deleted.
  case namespaceTerminating
  /// A quota or limit of the namespace is reached, or wants something to be stated.
  case quota
  /// A rule of the cluster does not allow the object: Pod security, an admission policy, a webhook's verdict.
  case deniedByPolicy
  /// The namespace does not exist.
  case namespaceAbsent
  /// The object does not exist.
  case notFound
  /// The server serves no such path: another version, or no such kind.
  case notServed
  /// The path does not allow the verb.
  case methodNotAllowed
  /// The server has no form of the answer that we can read, or cannot read the form of our body.
  case mediaType
  /// The object is there already.
  case alreadyExists
  /// Fields belong to other managers.
  case fieldsOfOthers
  /// Somebody else was faster, or the object is another one than was meant.
  case changedMeanwhile
  /// The server has forgotten the version or page that was asked for.
  case expired
  /// The document is over the server's limit.
  case tooLarge
  /// A field that may not change would have to.
  case immutable
  /// Fields have values that are not valid.
  case invalid
  /// A Pod may not be evicted now.
  case disruptionBudget
  /// The server has too much to do.
  case tooManyRequests
  /// A webhook of the cluster does not answer.
  case webhookUnreachable
  /// The document does not fit the kind's schema.
  case schema
  /// The server has not reached the version that was asked for.
  case notYet
  /// Something in front of the server, or a server behind it, does not answer.
  case unavailable
  /// The server has an error of its own.
  case serverError
  /// Any other answer.
  case other
}

/// Which refusal is which, first row first; the recorded answers of real servers are held against it.
struct KubeProblemTable {
  /// When an answer is a problem: everything that is stated must be so.
  struct Row: Sendable {
    var status: ClosedRange<Int>
    var reason: String?
    /// The reason of one of the causes.
    var cause: String?
    /// One of these words stands in the message or in that of a cause.
    var words: [String] = []
    /// What `details.kind` names.
    var subject: String?
    var problem: KubeProblem
    /// What to do, for the person.
    var advice: String
  }

  private static let immutable = [
    "immutable", "may not change once set", "updates to statefulset spec for fields other than",
    "pod updates may not change fields other than", "cannot change roleRef",
  ]
  private static let denied = [
    "denied request", "denied the request", "violates PodSecurity", "is attempting to grant RBAC permissions",
  ]

  static let rows: [Row] = [
    Row(
      status: 401...401, problem: .unauthenticated,
      advice: "the credentials are wrong, expired or revoked: renew them"),
    Row(
      status: 403...403, cause: "NamespaceTerminating", problem: .namespaceTerminating,
      advice: "wait until the namespace is gone; an object with finalizers may hold it"),
    Row(
      status: 403...403, words: ["exceeded quota", "failed quota", "usage per "], problem: .quota,
      advice: "free or raise what the namespace's ResourceQuota or LimitRange allows, or ask for less"),
    Row(
      status: 403...422, words: denied, problem: .deniedByPolicy,
      advice: "a rule of the cluster does not allow it: change the manifest, or ask who keeps the rule"),
    Row(
      status: 403...403, words: [" cannot "], problem: .forbidden,
      advice: "give the user this right with a Role or ClusterRole and its binding"),
    Row(status: 403...403, problem: .forbidden, advice: "the cluster does not allow it"),
    Row(
      status: 404...404, reason: "NotFound", subject: "namespaces", problem: .namespaceAbsent,
      advice: "create the namespace first"),
    Row(
      status: 404...404, reason: "NotFound", words: ["could not find the requested resource"], problem: .notServed,
      advice: "the cluster does not serve this kind or version: correct apiVersion, or install its definition"),
    Row(status: 404...404, reason: "NotFound", problem: .notFound, advice: ""),
    Row(
      status: 404...404, problem: .notServed,
      advice: "the cluster does not serve this kind or version: correct apiVersion, or install its definition"),
    Row(status: 405...405, problem: .methodNotAllowed, advice: "this kind does not have this verb"),
    Row(status: 406...406, problem: .mediaType, advice: ""),
    Row(status: 415...415, problem: .mediaType, advice: ""),
    Row(status: 409...409, reason: "AlreadyExists", problem: .alreadyExists, advice: ""),
    Row(
      status: 409...409, cause: "FieldManagerConflict", problem: .fieldsOfOthers,
      advice: "take the fields over by force, or leave them out of the manifest"),
    Row(status: 409...409, problem: .changedMeanwhile, advice: "read the object again"),
    Row(status: 410...410, problem: .expired, advice: "list anew"),
    Row(
      status: 413...413, problem: .tooLarge,
      advice: "split the object: the server stores at most about 1.5 MiB, and a ConfigMap or Secret 1 MiB"),
    Row(
      status: 422...422, cause: "FieldValueTooLong", words: ["bytes"], problem: .tooLarge,
      advice: "split the object: the server stores at most about 1.5 MiB, and a ConfigMap or Secret 1 MiB"),
    Row(
      status: 422...422, words: immutable, problem: .immutable,
      advice: "delete the object and create it again, or leave the field as it is"),
    Row(status: 422...422, problem: .invalid, advice: "correct the fields that are named"),
    Row(
      status: 429...429, cause: "DisruptionBudget", problem: .disruptionBudget,
      advice: "wait until more Pods of the PodDisruptionBudget are healthy"),
    Row(status: 429...429, problem: .tooManyRequests, advice: "it passes; make fewer requests at once"),
    Row(
      status: 500...500, words: ["failed calling webhook", "failed to call webhook"], problem: .webhookUnreachable,
      advice: "look at the webhook's Service and Pods; its failurePolicy: Fail blocks every write until then"),
    Row(
      status: 400...500, words: ["failed to create typed patch object", "strict decoding error"], problem: .schema,
      advice: "correct the field: it is not in the kind's schema, or has another type there"),
    Row(status: 400...400, problem: .badRequest, advice: "correct the document"),
    Row(status: 500...500, problem: .serverError, advice: "the API server's log says more"),
    Row(
      status: 504...504, cause: "ResourceVersionTooLarge", problem: .notYet,
      advice: "the server is behind the one that was asked before; it passes"),
    Row(
      status: 502...504, problem: .unavailable,
      advice: "the API server, a proxy before it, or the server of an APIService behind it is away"),
    Row(status: 500...599, problem: .serverError, advice: "the API server's log says more"),
    Row(status: 100...599, problem: .other, advice: ""),
  ]

  /// The row of an error; nil when there was no answer.
  static func row(of error: KubeError) -> Row? {
    guard let status = error.status else { return nil }
    return rows.first { $0.fits(error, status: status) }
  }
}

extension KubeProblemTable.Row {
  func fits(_ error: KubeError, status: Int) -> Bool {
    guard self.status.contains(status) else { return false }
    if let reason, reason != error.reason { return false }
    if let subject, subject != error.subjectKind { return false }
    if let cause, !error.causes.contains(where: { $0.reason == cause }) { return false }
    guard !words.isEmpty else { return true }
    let texts = [error.message] + error.causes.map(\.message)
    return words.contains { word in texts.contains { $0.contains(word) } }
  }
}

extension KubeError {
  /// What the refusal is about; nil when there was no answer.
  public var problem: KubeProblem? { KubeProblemTable.row(of: self)?.problem }

  /// What to do about it; empty when the words say it already.
  public var advice: String { KubeProblemTable.row(of: self)?.advice ?? "" }

  /// The description, and what to do about it.
  public var explanation: String {
    advice.isEmpty ? description : "\(description); \(advice)"
  }
}
