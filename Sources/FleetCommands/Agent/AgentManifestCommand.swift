internal import ArgumentParser
internal import FleetModel
internal import Manifest

/// `flotilla agent manifest`
struct AgentManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest", abstract: "Print the YAML that installs the agent in a cluster.",
    discussion: """
      A Namespace, a ServiceAccount with its rights, the Secret with the token, a NetworkPolicy and a Deployment. Apply it \
      in the cluster: flotilla agent manifest --join TOKEN | kubectl apply --server-side -f -
      The agent makes its key in the cluster and keeps it in a Secret there; the token is not needed again, and without \
      --join the same is printed without it, to update an agent.
      """)

  @Option(
    help: ArgumentHelp(
      "The one-time token of `flotilla cluster add` or `cluster token`; - reads it from standard input.",
      valueName: "token"))
  var join: String?

  @Option(help: ArgumentHelp("A file with the token, in the place of --join.", valueName: "file"), completion: .file())
  var joinFile: String?

  @Option(
    help: ArgumentHelp(
      "The controller's URL as the cluster reaches it, or several separated by commas (FLOTILLA_SERVER).",
      valueName: "url"))
  var controller: String?

  @Option(
    help: ArgumentHelp("A PEM file of the authorities that the agent trusts (FLOTILLA_CA_FILE).", valueName: "file"),
    completion: .file())
  var caFile: String?

  @Option(help: ArgumentHelp("The image that holds flotilla-agent.", valueName: "image"))
  var image = "flotilla-agent:\(programVersion)"

  @Option(
    help: ArgumentHelp(
      "cluster: it may do everything. namespaces=a,b: it may write the usual kinds in these only.", valueName: "profile"
    ))
  var profile = "cluster"

  @Option(
    help: ArgumentHelp(
      "A further kind for --profile namespaces=…, for example monitoring.coreos.com/podmonitors; may be repeated.",
      valueName: "group/resource"))
  var grant: [String] = []

  @Option(
    help: ArgumentHelp(
      "The proxy between the agent and the controller: http://HOST:PORT or socks5://HOST:PORT.", valueName: "url"))
  var proxy: String?

  @Option(
    help: ArgumentHelp(
      "Addresses of the controller, or of the proxy, for the network policy; may be repeated.", valueName: "cidr"))
  var controllerCidr: [String] = []

  @Option(
    help: ArgumentHelp("Addresses of the API server, for the network policy; may be repeated.", valueName: "cidr"))
  var apiServerCidr: [String] = []

  func run() throws {
    let manifest = AgentManifest(
      controllers: try controllers(), token: try token(), image: image, authority: try authority(),
      rights: try rights(),
      grants: try grants(), proxy: try proxyURL(), controllerRanges: try ranges(controllerCidr, "--controller-cidr"),
      apiServerRanges: try ranges(apiServerCidr, "--api-server-cidr"))
    Console.current.write(.output, manifest.documents.map { YAML.text($0) }.joined(separator: "---\n"))
  }

  private func token() throws -> String? {
    guard join == nil || joinFile == nil else { throw CommandFailure.usage("give one of --join and --join-file") }
    let text: String
    if let file = joinFile ?? (join == "-" ? "-" : nil) {
      text = String(decoding: try InputFile.read([file]).flatMap(\.content), as: UTF8.self)
    } else if let join {
      text = join
    } else {
      return nil
    }
    let token = text.filter { !$0.isWhitespace }
    guard !token.isEmpty else {
      throw CommandFailure.usage("the token is empty", hint: "make one with: flotilla cluster token NAME")
    }
    return token
  }

  private func controllers() throws -> [ControllerURL] {
    guard let text = controller ?? Self.variable("FLOTILLA_SERVER") else {
      throw CommandFailure.usage(
        "where is the controller?", hint: "give --controller URL, as the cluster reaches it, or set FLOTILLA_SERVER")
    }
    let texts = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    return try texts.map { text in
      guard let url = ControllerURL(text) else {
        throw CommandFailure.usage(
          "--controller: \"\(text)\" is no URL", hint: "for example https://flotilla.example.com")
      }
      guard !url.isLoopback else {
        throw CommandFailure.usage(
          "--controller: \(text) is this machine, which Pods of a cluster do not reach",
          hint: "give the address as the cluster reaches it")
      }
      return url
    }
  }

  private func authority() throws -> String? {
    guard let file = caFile ?? Self.variable("FLOTILLA_CA_FILE") else { return nil }
    let text = String(decoding: try InputFile.read([file]).flatMap(\.content), as: UTF8.self)
    guard text.contains("-----BEGIN CERTIFICATE-----"), !text.contains("PRIVATE KEY") else {
      throw CommandFailure.usage("--ca-file: \(file) holds no certificates in PEM, or a private key beside them")
    }
    return text
  }

  private func rights() throws -> AgentRights {
    if profile == "cluster" { return .cluster }
    guard profile.hasPrefix("namespaces=") else {
      throw CommandFailure.usage(
        "--profile: \"\(profile)\" is none", hint: "expected cluster, or namespaces=NAME,NAME")
    }
    let names = profile.dropFirst("namespaces=".count).split(separator: ",", omittingEmptySubsequences: false)
      .map(String.init)
    var seen: Set<String> = []
    for name in names {
      guard Self.isName(name) else { throw CommandFailure.usage("--profile: \"\(name)\" is no namespace") }
      guard seen.insert(name).inserted else { throw CommandFailure.usage("--profile: \(name) is named twice") }
      guard name != AgentManifest.namespace else {
        throw CommandFailure.usage(
          "--profile: \(name) is the agent's own namespace", hint: "who may write there may change the agent itself")
      }
    }
    return .namespaces(names)
  }

  private func grants() throws -> [AgentRights.Grant] {
    guard grant.isEmpty || profile != "cluster" else {
      throw CommandFailure.usage("--grant belongs to --profile namespaces=…: with cluster everything is granted")
    }
    return try grant.map { text in
      guard let grant = AgentRights.Grant(text) else {
        throw CommandFailure.usage(
          "--grant: \"\(text)\" is no GROUP/RESOURCE", hint: "for example monitoring.coreos.com/podmonitors")
      }
      return grant
    }
  }

  private func proxyURL() throws -> ControllerURL? {
    guard let proxy else { return nil }
    guard let url = ControllerURL(proxy, ports: ["http": 80, "socks5": 1080]) else {
      // The text may hold a password.
      throw CommandFailure.usage(
        "--proxy is no URL", hint: "expected http://[USER:PASSWORD@]HOST:PORT or socks5://HOST:PORT")
    }
    return url
  }

  private func ranges(_ texts: [String], _ option: String) throws -> [String] {
    for text in texts {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      let limit = text.contains(":") ? 128 : 32
      guard parts.count == 2, let address = ControllerURL("http://\(limit == 128 ? "[\(parts[0])]" : parts[0])"),
        address.addressRange != nil, let bits = Int(parts[1]), (0...limit).contains(bits)
      else {
        throw CommandFailure.usage("\(option): \"\(text)\" is no range of addresses", hint: "for example 10.1.2.0/24")
      }
    }
    return texts
  }

  /// A label of DNS, as namespaces are named.
  private static func isName(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    return (1...63).contains(text.utf8.count) && isPlain && !text.hasPrefix("-") && !text.hasSuffix("-")
  }

  private static func variable(_ name: String) -> String? {
    Console.current.environment(name).flatMap { $0.isEmpty ? nil : $0 }
  }
}
