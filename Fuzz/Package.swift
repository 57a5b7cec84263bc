// swift-tools-version: 6.2
import PackageDescription

// Fuzzing of the readers of texts that other people write, with libFuzzer: docs/guides/develop.md. A package of its own,
// because everything in it is compiled to be watched, and a fuzzer's executable has libFuzzer's `main`.
let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")],
  targets: [
    .systemLibrary(name: "CLibYAML", path: "Sources/CLibYAML"),
    .target(name: "FleetModel", swiftSettings: swiftSettings),
    .target(name: "Manifest", dependencies: ["FleetModel", "CLibYAML", crypto], swiftSettings: swiftSettings),
    .target(name: "FleetTemplate", dependencies: ["FleetModel", "Manifest", crypto], swiftSettings: swiftSettings),
    .target(name: "FleetDocuments", dependencies: ["FleetModel", "Manifest"], swiftSettings: swiftSettings),
    .target(
      name: "FleetRender", dependencies: ["FleetModel", "Manifest", "FleetDocuments"], swiftSettings: swiftSettings),
    fuzzer("fuzz-template", ["FleetTemplate", "Manifest", "FleetModel"]),
    fuzzer("fuzz-yaml", ["Manifest", "FleetModel"]),
    fuzzer("fuzz-kustomize", ["FleetRender", "Manifest", "FleetModel"]),
    fuzzer("fuzz-merge", ["FleetRender", "Manifest", "FleetModel"]),
  ],
  swiftLanguageModes: [.v6]
)
