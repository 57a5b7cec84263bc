/// Targets that leave their set, and sets that are deleted (R24, R25).
enum RemovalQueries {
  /// Who is not among the targets that stay (clusters `$2`, names `$3`), and who left before and waits for removal.
  static let leaving = Statement(
    "removal.leaving",
    """
    SELECT t.id, t.name, c.name, n.origin, c.removed_at IS NOT NULL, t.is_abandoned, t.cluster_id, n.labels
    FROM targets AS t JOIN clusters AS c ON c.id = t.cluster_id
    JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id
    JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
    WHERE t.fleet_set_id = $1
      AND (NOT t.is_abandoned OR t.on_removal = 'remove' AND p.wanted_action = 'apply' AND c.removed_at IS NULL)
      AND NOT EXISTS (
        SELECT FROM unnest($2::bigint[], $3::text[]) AS s (cluster_id, name)
        WHERE s.cluster_id = t.cluster_id AND s.name = t.name)
    ORDER BY t.name, c.name
    """)
  static let shrink = Statement(
    "removal.shrink",
    "SELECT expansion, proposal, accepted_at IS NOT NULL FROM fleet_set_shrinks WHERE fleet_set_id = $1")
  /// Another expansion than the one proposed before has not been accepted by anybody.
  static let propose = Statement(
    "removal.propose",
    """
    INSERT INTO fleet_set_shrinks AS s (fleet_set_id, expansion, proposal) VALUES ($1, $2, $3::jsonb)
    ON CONFLICT (fleet_set_id) DO UPDATE SET expansion = excluded.expansion, proposal = excluded.proposal,
      proposed_at = now(), accepted_by = NULL, accepted_reason = NULL, accepted_at = NULL
    WHERE s.expansion <> excluded.expansion OR s.proposal <> excluded.proposal
    """)
  static let accept = Statement(
    "removal.accept",
    """
    UPDATE fleet_set_shrinks SET accepted_by = $3, accepted_reason = $4, accepted_at = now()
    WHERE fleet_set_id = $1 AND expansion = $2 RETURNING proposal
    """)
  static let forgetShrink = Statement(
    "removal.forgetShrink", "DELETE FROM fleet_set_shrinks WHERE fleet_set_id = $1")

  /// All targets leave; those that left before and were kept stay kept. Answers how many run something.
  static let leaveAll = Statement(
    "removal.leaveAll",
    """
    WITH left_now AS (
      UPDATE targets SET is_abandoned = true, on_removal = 'remove' WHERE fleet_set_id = $1 AND NOT is_abandoned
      RETURNING id)
    SELECT count(*) FROM targets AS t
    JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id JOIN clusters AS c ON c.id = t.cluster_id
    WHERE t.fleet_set_id = $1 AND (NOT t.is_abandoned OR t.on_removal = 'remove') AND p.wanted_action = 'apply'
      AND c.removed_at IS NULL
    """)
  static let beginDeleting = Statement(
    "removal.beginDeleting", "UPDATE fleet_sets SET deleting_since = now() WHERE id = $1")
  /// Who is left when a run that removes is aborted stays: nobody starts such a run for them again by itself.
  static let keepLeft = Statement(
    "removal.keepLeft",
    """
    UPDATE targets AS t SET on_removal = 'keep' FROM rollout_steps AS s
    WHERE s.rollout_id = $1 AND s.state IN ('Cancelled', 'Unreachable', 'Skipped') AND t.id = s.target_id
      AND t.on_removal = 'remove'
    """)
}
