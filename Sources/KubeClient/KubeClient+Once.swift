import AsyncHTTPClient

extension KubeClient {
  /// Gives the body a client of its own, for programs that ask a cluster a few things and end.
  public static func with<Answer>(
    _ configuration: KubeConfiguration, fieldManager: String, _ body: (KubeClient) async throws -> Answer
  ) async throws -> Answer {
    let client = HTTPTransport.makeClient()
    let outcome: Result<Answer, any Error>
    do {
      let kube = KubeClient(
        transport: try HTTPTransport(configuration, client: client), fieldManager: fieldManager, onWarning: { _ in })
      outcome = .success(try await body(kube))
    } catch { outcome = .failure(error) }
    try await client.shutdown()
    return try outcome.get()
  }
}
