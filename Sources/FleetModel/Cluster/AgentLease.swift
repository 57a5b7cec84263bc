/// The Lease that an agent writes by: of several agents of one cluster the one that has it changes something
/// (docs/decisions/0055-one-agent-writes.md).
public enum AgentLease {
  /// Its name in the agent's namespace, which the agent's rights name too.
  public static let name = "flotilla-agent"
}
