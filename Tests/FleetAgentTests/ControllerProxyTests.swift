@testable import FleetAgent
import FleetTestSupport
import KubeClient
import Synchronization
import Testing

@Suite("Proxies to the controller")
struct ControllerProxyTests {
  @Test(
    "which addresses need none",
    arguments: [
      ("https://flotilla.example.com", "example.com", true), ("https://flotilla.example.com", ".example.com", true),
      ("https://flotilla.example.com", "*.example.com", true), ("https://flotilla.example.com", "ample.com", false),
      ("https://flotilla.example.com:8484", "flotilla.example.com:8484", true),
      ("https://flotilla.example.com:8484", "flotilla.example.com:443", false),
      ("https://10.1.2.3:8484/", "10.0.0.0/8", true), ("https://11.1.2.3", "10.0.0.0/8,other.example.com", false),
      ("https://10.1.2.3", "10.1.2.3", true), ("https://a.example.com", "b.example.com, *", true),
      ("https://[2001:db8::1]:8484", "2001:db8::1", true), ("http://127.0.0.1:1", "", true),
      ("https://flotilla.example.com", "", false),
    ])
  func direct(url: String, list: String, isDirect: Bool) {
    #expect(ControllerProxies.isDirect(url, by: list) == isDirect)
  }

  @Test("the environment counts by scheme, and a proxy that is named counts for all")
  func sources() throws {
    let (one, two) = ("https://one.example.com", "http://two.example.com")
    let environment = [
      "HTTPS_PROXY": "http://kim:secret@proxy:3128", "http_proxy": "proxy:3129", "NO_PROXY": "three.example.com",
    ]
    let all = "\(one), \(two),https://three.example.com"
    let found = try ControllerProxies.on(wayTo: all, named: nil, environment: environment)
    #expect(found.mapValues(\.port) == [one: 3128, two: 3129])
    #expect(found[one]?.password == "secret")
    let named = try ControllerProxies.on(wayTo: all, named: "socks5://other:1080", environment: environment)
    #expect(named.count == 3 && named.values.allSatisfy { $0.scheme == .socks5 })
    #expect(try ControllerProxies.on(wayTo: all, named: nil, environment: [:]).isEmpty)
    let error = #expect(throws: ControllerProxies.Unusable.self) {
      try ControllerProxies.on(wayTo: one, named: nil, environment: ["HTTPS_PROXY": "ftp://kim:secret@proxy"])
    }
    #expect(error?.description.hasPrefix("HTTPS_PROXY has a scheme") == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("join and session go through the proxy, and requests to the cluster do not")
  func link() async throws {
    try await withSimulation { simulation in
      try await AgentConnectionTests.withEndpoint { endpoint, controller in
        try await AgentConnectionTests.withFolder { folder in
          try await ConnectProxy.with { proxy, port in
            var setup = AgentSetup(
              controller: controller, kubernetes: .server(simulation.configuration("one")), stateFolder: folder,
              token: "one-time")
            setup.proxies = try ControllerProxies.on(
              wayTo: controller, named: "socks5://127.0.0.1:\(port)", environment: [:])
            try await AgentConnectionTests.running(setup) {
              _ = try await eventually("a session") { endpoint.state.withLock { $0.opened > 0 ? true : nil } }
            }
            let way = "SOCKS " + (controller.split(separator: ":").last ?? "")
            #expect(!proxy.heads.isEmpty && proxy.heads.allSatisfy { $0 == way }, "\(proxy.heads)")
          }
        }
      }
    }
  }
}
