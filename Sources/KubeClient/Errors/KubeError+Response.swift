import Manifest

extension KubeError {
  /// What an answer that is no good one tells.
  ///
  /// - Parameter status: its body, when that is JSON.
  init(_ response: KubeResponse, status: Node?, to request: KubeRequest) {
    let details = status?["details"]
    let seconds = response.retryAfterSeconds.map(Int64.init) ?? details?["retryAfterSeconds"]?.integer
    let text =
      status?["message"]?.string
      ?? String(decoding: response.body.prefix(200), as: UTF8.self).split(separator: "\n").joined(separator: " ")
    let fallback = "\(request.method.rawValue) \(request.path)"
    self.init(
      .status(response.status), reason: status?["reason"]?.string ?? "", message: text.isEmpty ? fallback : text,
      causes: (details?["causes"]?.array ?? []).map {
        .init(
          reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "", field: $0["field"]?.string ?? "")
      },
      subjectKind: details?["kind"]?.string ?? "",
      retryAfter: seconds.map { min(.seconds(max($0, 0)), Patience.longestWish) })
  }
}
