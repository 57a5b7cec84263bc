internal import FleetModel

/// How long a run would take if nobody fails or is away and people approve at once: stage after stage, each cluster in flight
/// as long as given, with the stages' soaks.
///
/// - Parameter perCluster: from an order to being ready for minReady.
public func predictedDuration(of stages: [Stage], perCluster: Duration) -> Duration {
  stages.reduce(.zero) { sum, stage in
    guard stage.changing > 0 else { return sum }
    let rounds = (stage.changing + stage.slots - 1) / stage.slots
    return sum + perCluster * rounds + stage.rules.soak
  }
}
