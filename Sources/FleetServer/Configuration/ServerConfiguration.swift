public import FleetModel

/// How a server listens, whom it lets in, and how much of everything it takes.
public struct ServerConfiguration: Sendable {
  /// A certificate chain and its key, in PEM files.
  public struct TLSFiles: Hashable, Sendable {
    /// The chain, the server's certificate first.
    public var certificate: String
    /// The private key.
    public var key: String

    /// Names the files.
    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// A rate with room for bursts.
  public struct Rate: Hashable, Sendable {
    /// How many may come at once.
    public var burst: Int
    /// How many a second may come in the long run.
    public var perSecond: Int

    /// Makes a rate.
    public init(burst: Int, perSecond: Int) {
      self.burst = burst
      self.perSecond = perSecond
    }
  }

  /// The address to listen on; anything but loopback needs ``tls`` or ``plaintextIKnow``.
  public var host = "127.0.0.1"
  /// The port; 0 for a free one.
  public var port = 8484
  /// The certificate; nil for plaintext.
  public var tls: TLSFiles?
  /// Somebody said that plaintext on this network is what they want, for example behind a proxy that does TLS.
  public var plaintextIKnow = false
  /// A second listener, on loopback or a private network, that serves `/metrics`, `/live` and `/ready` without a token;
  /// nil for none.
  public var metricsPort: Int?
  /// The address of the second listener.
  public var metricsHost = "127.0.0.1"

  /// This process, as the store knows it.
  public var controller: ControllerID
  /// The program's version.
  public var version: String
  /// Where the first admin token is written; nil to make none.
  public var tokenFile: String?
  /// The folder below which `file://` repositories may lie; nil refuses them all (AMENDMENTS 27).
  public var fileRepositories: String?

  /// How long the database may take for the answer that makes `/ready` say yes.
  public var readinessLimit: Duration = .seconds(1)
  /// How long an agent's poll is held at most.
  public var longestPoll: Duration = .seconds(30)
  /// How long somebody on a cluster's site may hold its agent (R31).
  public var longestHold: Duration = .seconds(86_400)
  /// How often agents poll when nothing happens; an agent is away after three of them, and not before 45 seconds.
  public var pollInterval: Duration = .seconds(15)
  /// How long an agent's session is good.
  public var sessionLifetime: Duration = .seconds(3_600)
  /// How many waiting agents a second are asked for orders without a signal: the timer that is the truth.
  public var orderSweepsPerSecond = 100
  /// The shortest time between two such questions for one agent.
  public var shortestOrderSweep: Duration = .seconds(5)
  /// How long a silent event stream goes without a comment line.
  public var streamHeartbeat: Duration = .seconds(15)
  /// How often the event feed is looked at without a signal.
  public var feedInterval: Duration = .seconds(2)
  /// How long an answer about a token is believed.
  public var tokenCache: Duration = .seconds(5)
  /// How long an answer about an agent's session is believed.
  public var sessionCache: Duration = .seconds(30)

  /// Requests of one principal.
  public var principalRate = Rate(burst: 400, perSecond: 100)
  /// Joins, challenges and sessions from one address.
  public var agentProofRate = Rate(burst: 2_000, perSecond: 100)
  /// Challenges for one cluster.
  public var challengeRate = Rate(burst: 20, perSecond: 1)
  /// Requests with wrong credentials from one address.
  public var failureRate = Rate(burst: 40, perSecond: 1)
  /// Webhooks from one address.
  public var webhookRate = Rate(burst: 60, perSecond: 2)
  /// What time it is for these rates.
  public var rateClock: @Sendable () -> ContinuousClock.Instant = { .now }
  /// Event streams that may be open at once.
  public var mostStreams = 1_000

  /// Makes a configuration with the defaults.
  public init(controller: ControllerID, version: String) {
    self.controller = controller
    self.version = version
  }

  /// How long an agent may be silent before its session is closed.
  var contactLimit: Duration { max(pollInterval * 3, .seconds(45)) }

  /// What is wrong with it; nil when nothing is.
  var problem: String? {
    if tls == nil, !plaintextIKnow, !Self.isLoopback(host) {
      return "\(host) is not a loopback address, and tokens would travel in plaintext: give --tls-certificate and "
        + "--tls-key, or say --plaintext-i-know when a proxy in front does TLS"
    }
    return nil
  }

  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}

/// A server that cannot start as it is configured.
public struct ServerConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String
}
