DROP TABLE
  events, hold_bundles, holds, orders, placements, rollout_steps, rollout_stages, rollouts, release_targets, targets,
  bundle_objects, bundles, objects, fleet_set_generations, repositories, agent_sessions, nonces, join_tokens,
  cluster_agents, idempotency_keys, credentials, tokens, work, controllers, event_feed, listening, settings CASCADE;
DROP TABLE fleet_sets, releases CASCADE;
DROP TABLE clusters, projects CASCADE;
DROP FUNCTION IF EXISTS listened_ms();
DROP FUNCTION to_milliseconds(timestamptz);
DROP FUNCTION from_milliseconds(bigint);
DROP DOMAIN digest;
