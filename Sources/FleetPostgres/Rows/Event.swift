import FleetModel
import FleetPorts

/// An event to store with the change that it tells about (V7).
struct Event: Sendable {
  var kind: String
  var project: ProjectName
  var fleetSet = ""
  var rollout = ""
  var stage = ""
  var cluster = ""
  var target = ""
  var cause: ChangeCause
  var message: String

  init(
    _ kind: String, project: ProjectName, fleetSet: String = "", rollout: String = "", stage: String = "",
    cluster: String = "", target: String = "", cause: ChangeCause, message: String
  ) {
    self.kind = kind
    self.project = project
    self.fleetSet = fleetSet
    self.rollout = rollout
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.cause = cause
    self.message = message
  }
}

extension Session {
  func record(_ event: Event) throws { try record([event]) }

  /// Stores events in order, and signals whoever gives them their positions.
  func record(_ events: [Event]) throws {
    guard !events.isEmpty else { return }
    try execute(
      EventQueries.insert, .texts(events.map(\.cause.principal)), .texts(events.map(\.kind)),
      .texts(events.map(\.project.rawValue)), .texts(events.map(\.fleetSet)), .texts(events.map(\.rollout)),
      .texts(events.map(\.stage)), .texts(events.map(\.cluster)), .texts(events.map(\.target)),
      .texts(events.map(\.message)), .texts(events.map(\.cause.reason)))
    try execute(WorkQueries.notify, .text(SignalHub.eventsChannel), .texts([""]))
  }
}
