// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

// The rows of docs/decisions/0001: a target depends only on rows above its own in this file. RepositoryTests
// checks every `import` against the same table.
let targets: [Target] = [
  .systemLibrary(name: "CLibYAML", path: "Sources/CLibYAML", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CLibPQ", path: "Sources/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
  .systemLibrary(name: "CLibZ", path: "Sources/CLibZ", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(
    name: "CLibGit2", path: "Sources/CLibGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),

  // vocabulary
  library("FleetModel", []),
  // languages
  library("Manifest", ["FleetModel", "CLibYAML", crypto]),
  library("FleetTemplate", ["FleetModel", "Manifest", crypto]),
  library("FleetDocuments", ["FleetModel", "Manifest"]),
  // decisions
  library("FleetGenerators", ["FleetModel", "Manifest", "FleetTemplate", "FleetDocuments"]),
  library("FleetImport", ["FleetModel", "Manifest", "FleetDocuments", "FleetGenerators"]),
  library("FleetRender", ["FleetModel", "Manifest", "FleetDocuments"]),
  library("FleetPlanner", ["FleetModel", crypto]),
  library("FleetSync", ["FleetModel", "Manifest"]),
  library("FleetSimulation", ["FleetModel", "FleetPlanner"]),
  // ═══ async and I/O below this line of the file, pure above ═══
  // contracts
  library("FleetPorts", ["FleetModel", "FleetGenerators", "FleetPlanner"]),
  library("FleetAPI", ["FleetModel", "CLibZ"]),
  // processes
  library("FleetPrograms", ["FleetModel", subprocess, systemPackage]),
  // adapters
  library("FleetClient", ["FleetModel", "FleetAPI", asyncHTTPClient, nioCore, nioHTTP1, nioSSL, logging]),
  library(
    "FleetPostgres",
    [
      "FleetModel", "FleetPlanner", "FleetPorts", "FleetPrograms", "CLibPQ", logging, nioPosix, serviceLifecycle,
    ],
    resources: [.embedInCode("Migrations")]),
  library("FleetGit", ["FleetModel", "FleetPorts", "FleetPrograms", "CLibGit2", crypto, logging]),
  library("FleetCharts", ["FleetModel", "Manifest", "FleetPorts", "FleetPrograms", logging]),
  library(
    "KubeClient",
    [
      "FleetModel", "Manifest", "FleetPrograms", asyncHTTPClient, nioCore, nioHTTP1, nioSSL, logging,
    ]),
  library(
    "FleetForges",
    [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetPorts", asyncHTTPClient, crypto,
      cryptoExtras,
      logging, metrics, nioCore, nioHTTP1, nioSSL, serviceLifecycle,
    ]),
  // services
  library(
    "FleetAgent",
    [
      "FleetModel", "Manifest", "FleetSync", "FleetPrograms", "FleetAPI", "FleetClient", "KubeClient", asyncHTTPClient,
      crypto, logging, nioSSL, serviceLifecycle,
    ]),
  library(
    "KubeSim",
    ["FleetModel", "Manifest", hummingbird, httpTypes, nioCore, logging, serviceLifecycle]),
  library(
    "FleetController",
    [
      "FleetModel", "Manifest", "FleetTemplate", "FleetDocuments", "FleetGenerators", "FleetRender", "FleetPlanner",
      "FleetSync", "FleetSimulation", "FleetPorts", "FleetPrograms", crypto, logging, metrics, serviceLifecycle,
    ]),
  library(
    "FleetServer",
    [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetPlanner", "FleetSimulation", "FleetPorts",
      "FleetAPI", "FleetController", hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, nioCore, nioSSL, crypto,
      logging,
      metrics,
      serviceLifecycle,
    ]),
  library(
    "FleetPush",
    [
      "FleetModel", "Manifest", "FleetGenerators", "FleetPorts", "FleetAPI", "KubeClient", "FleetAgent",
      "FleetController", asyncHTTPClient, logging, metrics, serviceLifecycle,
    ]),
  library(
    "FleetCommands",
    [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetImport", "FleetRender", "FleetAPI",
      "FleetPrograms", "FleetClient", "KubeClient", argumentParser, logging,
    ]),
  // executables
  program("flotilla", ["FleetCommands", argumentParser]),
  program(
    "flotilla-controller",
    [
      "FleetModel", "FleetPostgres", "FleetGit", "FleetCharts", "FleetForges", "FleetPrograms", "FleetController",
      "FleetPush",
      "FleetServer", "FleetPorts", argumentParser, logging, metrics, serviceLifecycle, unixSignals,
    ]),
  program(
    "flotilla-agent",
    ["FleetAgent", "FleetModel", "KubeClient", argumentParser, logging, nioSSL, serviceLifecycle, unixSignals]),
  program(
    "flotilla-sim",
    [
      "KubeSim", "FleetAgent", "FleetModel", "FleetSimulation", "KubeClient", argumentParser, logging, serviceLifecycle,
      unixSignals,
    ]),
  .executableTarget(
    name: "flotilla-bench",
    dependencies: [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetRender", "FleetPlanner", "FleetSimulation",
      "FleetAPI", "FleetPrograms", "FleetClient", "FleetPorts", "FleetPostgres", "FleetGit", "FleetController",
      "FleetTestSupport", "FleetAgent", "KubeClient", argumentParser, asyncHTTPClient, crypto, nioCore, nioHTTP1,
      logging,
    ],
    path: "Benchmarks/flotilla-bench", swiftSettings: swiftSettings),

  // tests
  // The simulation as a program, which `make sim` and scripts/mutate build for release.
  .executableTarget(
    name: "simulate-rollouts", dependencies: ["FleetSimulation"], path: "Tests/simulate-rollouts",
    swiftSettings: swiftSettings),
  .target(
    name: "FleetTestSupport",
    dependencies: [
      "FleetModel", "FleetPlanner", "FleetPorts", "FleetPostgres", "FleetPrograms", hummingbird, hummingbirdCore,
      hummingbirdTLS, httpTypes, nioCore, nioPosix, nioSSL, logging,
    ],
    path: "Tests/FleetTestSupport", swiftSettings: swiftSettings),
  tests("FleetModelTests", ["FleetModel"]),
  tests("ManifestTests", ["Manifest", "FleetModel"]),
  tests("FleetTemplateTests", ["FleetTemplate", "Manifest", "FleetModel"]),
  tests("FleetDocumentsTests", ["FleetDocuments", "Manifest", "FleetModel"]),
  tests(
    "FleetGeneratorsTests", ["FleetGenerators", "FleetDocuments", "FleetTemplate", "Manifest", "FleetModel"]),
  tests("FleetImportTests", ["FleetImport", "FleetGenerators", "FleetDocuments", "Manifest", "FleetModel"]),
  tests(
    "ConformanceTests",
    [
      "FleetGenerators", "FleetDocuments", "FleetTemplate", "FleetSync", "FleetPlanner", "Manifest", "FleetModel",
    ]),
  tests(
    "FleetRenderTests", ["FleetRender", "FleetDocuments", "FleetPrograms", "Manifest", "FleetModel"],
    exclude: ["Corpus"]),
  tests("FleetPlannerTests", ["FleetPlanner", "FleetModel"], exclude: ["Golden"]),
  tests("FleetSyncTests", ["FleetSync", "Manifest", "FleetModel"]),
  tests("SimulationTests", ["FleetSimulation", "FleetPlanner", "FleetModel"]),
  tests("FleetProgramsTests", ["FleetPrograms", "FleetModel"]),
  tests(
    "FleetPostgresTests",
    [
      "FleetPostgres", "FleetPorts", "FleetPlanner", "FleetPrograms", "FleetModel", "FleetTestSupport", logging,
    ]),
  tests("FleetGitTests", ["FleetGit", "FleetPorts", "FleetPrograms", "FleetModel", "FleetTestSupport", logging]),
  tests(
    "FleetChartsTests",
    ["FleetCharts", "FleetPorts", "FleetPrograms", "Manifest", "FleetModel", "FleetTestSupport", logging]),
  tests(
    "FleetForgesTests",
    [
      "FleetForges", "FleetGenerators", "FleetDocuments", "FleetPorts", "Manifest", "FleetModel", "FleetTestSupport",
      logging, nioSSL,
    ]),
  tests(
    "KubeClientTests",
    [
      "KubeClient", "KubeSim", "FleetPrograms", "FleetTestSupport", "Manifest", "FleetModel", asyncHTTPClient,
      httpTypes,
      hummingbird, hummingbirdTLS, logging, nioCore, nioPosix, nioSSL,
    ]),
  tests(
    "KubeSimTests", ["KubeSim", "KubeClient", "Manifest", "FleetModel", "FleetPrograms", "FleetTestSupport", logging]),
  tests(
    "FleetAgentTests",
    [
      "FleetAgent", "FleetPush", "FleetController", "FleetGenerators", "FleetPostgres", "FleetPorts", "FleetPlanner",
      "FleetSync",
      "KubeSim", "KubeClient", "FleetClient", "FleetAPI", "FleetPrograms", "FleetRender", "Manifest", "FleetModel",
      "FleetCommands", "FleetTestSupport", asyncHTTPClient, crypto, httpTypes, hummingbird, logging, nioCore,
    ]),
  tests(
    "FleetControllerTests",
    [
      "FleetController", "FleetCharts", "FleetDocuments", "FleetForges", "FleetGenerators", "FleetGit", "FleetPlanner",
      "FleetPorts", "FleetPostgres", "FleetPrograms", "Manifest", "FleetModel", "FleetTestSupport", logging, metrics,
      metricsTestKit,
    ]),
  tests(
    "FleetServerTests",
    [
      "FleetServer", "Manifest", "FleetController", "FleetDocuments", "FleetPlanner", "FleetAPI", "FleetClient",
      "FleetPorts",
      "FleetPostgres", "FleetGit", "FleetModel", "FleetTestSupport", asyncHTTPClient, nioCore, nioHTTP1, httpTypes,
      crypto,
      logging, serviceLifecycle,
    ]),
  tests(
    "FleetCommandsTests",
    [
      "FleetCommands", "FleetClient", "FleetAPI", "FleetModel", argumentParser, asyncHTTPClient, hummingbird, httpTypes,
      logging, nioCore,
    ], exclude: ["Golden"]),
  tests(
    "DocumentationTests",
    ["FleetCommands", "FleetAPI", "FleetDocuments", "FleetGenerators", "FleetTemplate", "FleetModel", argumentParser]),
  tests("RepositoryTests", []),
  tests(
    "OutageTests",
    [
      "FleetModel", "FleetPostgres", "FleetPrograms", "FleetTestSupport", "KubeClient", "Manifest", asyncHTTPClient,
      logging, nioCore, nioHTTP1, nioPosix,
    ]),
  tests("IntegrationTests", ["FleetModel", "Manifest", "FleetPrograms", "FleetTestSupport"]),
]

let package = Package(
  name: "flotilla",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)
