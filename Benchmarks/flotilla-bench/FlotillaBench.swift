import ArgumentParser

/// Measures what docs/performance.md reports. `scripts/benchmark` runs it; each verb also stands alone.
@main
struct FlotillaBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flotilla-bench", abstract: "Measure Flotilla. Every line is a figure, its columns split by tabs.",
    subcommands: [
      PlannerBenchmark.self, ParseBenchmark.self, RenderBenchmark.self, OverlaysBenchmark.self,
      SubstitutionsBenchmark.self, GeneratorsBenchmark.self,
      RegisterClusters.self, DispatchBenchmark.self, FleetBenchmark.self, ObserveBenchmark.self,
      RehearsalBenchmark.self, ApplyBenchmark.self,
    ])
}
