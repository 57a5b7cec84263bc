/// Claims, leases, the listening clock.
enum WorkQueries {
  /// What this controller has claimed and does not know of, because the answer or the giving back was lost with its
  /// connection, it takes again.
  static let claim = Statement(
    "work.claim",
    """
    WITH due AS (
      SELECT kind, row_id FROM work
      WHERE kind = $1 AND wake_at <= now() AND (
        claimed_until IS NULL OR claimed_until <= now() OR claimed_by = $3 AND row_id <> ALL ($5::bigint[]))
      ORDER BY wake_at, row_id LIMIT $2 FOR UPDATE SKIP LOCKED)
    UPDATE work SET sequence = sequence + 1, claim_sequence = sequence + 1, claimed_by = $3,
      claimed_until = now() + $4 * interval '1 millisecond'
    FROM due WHERE work.kind = due.kind AND work.row_id = due.row_id
    RETURNING work.row_id, work.sequence, work.wake_at
    """)
  static let finish = Statement("work.finish", giveBack(dueAt: "from_milliseconds($4)"))
  static let retry = Statement("work.retry", giveBack(dueAt: "now() + $4 * interval '1 millisecond'"))
  private static func giveBack(dueAt: String) -> String {
    """
    WITH finished AS (
      UPDATE work SET claim_sequence = NULL, claimed_by = NULL, claimed_until = NULL,
        wake_at = CASE WHEN sequence = $3 THEN \(dueAt) ELSE now() END
      WHERE kind = $1 AND row_id = $2 AND claim_sequence = $3
      RETURNING sequence <> $3 AS is_due)
    SELECT pg_notify('flotilla_work', $1) FROM finished WHERE is_due
    """
  }
  /// Claims that ran out and that nobody has taken over are good again.
  static let extend = Statement(
    "work.extend",
    """
    UPDATE work AS w SET claimed_until = now() + held.duration * interval '1 millisecond'
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS held (kind, row_id, sequence, duration)
    WHERE w.kind = held.kind AND w.row_id = held.row_id AND w.claim_sequence = held.sequence
    RETURNING w.kind, w.row_id, w.claim_sequence
    """)
  /// A row that is due and not claimed needs nothing more: whoever claims it sees all that was committed before.
  static let wake = Statement(
    "work.wake",
    """
    WITH woken AS (
      INSERT INTO work AS w (kind, row_id, wake_at)
      SELECT $1, row_id, now() FROM (SELECT DISTINCT unnest($2::bigint[]) AS row_id ORDER BY 1) AS rows
      ON CONFLICT (kind, row_id) DO UPDATE SET wake_at = now(), sequence = w.sequence + 1
      WHERE w.wake_at IS NULL OR w.wake_at > now() OR w.claimed_until > now()
      RETURNING 1)
    SELECT pg_notify('flotilla_work', $1) FROM (SELECT count(*) AS rows FROM woken) AS counted WHERE rows > 0
    """)
  static let wakeLater = Statement(
    "work.wakeLater",
    """
    INSERT INTO work AS w (kind, row_id, wake_at)
    SELECT $1, row_id, now() + $3 * interval '1 millisecond'
    FROM (SELECT DISTINCT unnest($2::bigint[]) AS row_id ORDER BY 1) AS rows
    ON CONFLICT (kind, row_id) DO UPDATE SET wake_at = least(w.wake_at, excluded.wake_at), sequence = w.sequence + 1
    WHERE w.wake_at IS NULL OR w.wake_at > excluded.wake_at OR w.claimed_until > now()
    """)
  static let forget = Statement("work.forget", "DELETE FROM work WHERE kind = $1 AND row_id = $2")
  /// The first that nobody holds, or the first claim that runs out: what is claimed was due, and there is little of it.
  static let nextDue = Statement(
    "work.nextDue",
    """
    SELECT to_milliseconds(least(
      (SELECT wake_at FROM work WHERE kind = $1 AND wake_at IS NOT NULL AND claimed_until IS NULL
       ORDER BY wake_at LIMIT 1),
      (SELECT min(claimed_until) FROM work WHERE kind = $1 AND wake_at <= now() AND claimed_until IS NOT NULL)))
    """)
  static let notify = Statement("work.notify", "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload")

  static let register = Statement(
    "lease.register",
    """
    INSERT INTO controllers (version, renewed_listened, lease_until)
    VALUES ($1, listened_ms(), now() + interval '15 seconds') RETURNING id
    """)
  /// A lease covers 15 seconds; what of a longer gap lies after them was not listened to.
  static let advanceClock = Statement(
    "lease.advanceClock",
    """
    UPDATE listening SET
      total_ms = listened_ms(),
      last_gap_end_ms = CASE WHEN renewed_at < now() - interval '15 seconds' THEN listened_ms() ELSE last_gap_end_ms END,
      renewed_at = greatest(renewed_at, now())
    RETURNING total_ms
    """)
  /// One statement, so that it costs one way there and back; answers whether the lease had lapsed.
  static let renew = Statement(
    "lease.renew",
    """
    WITH clock AS (\(advanceClock.sql)),
    before AS (SELECT lease_until <= now() AS has_lapsed FROM controllers WHERE id = $1)
    UPDATE controllers SET
      renewed_at = now(), renewed_listened = clock.total_ms, lease_until = now() + interval '15 seconds'
    FROM clock, before WHERE id = $1 RETURNING before.has_lapsed
    """)
  static let release = Statement(
    "lease.release", "UPDATE controllers SET lease_until = now(), renewed_listened = listened_ms() WHERE id = $1")
  static let now = Statement("lease.now", "SELECT to_milliseconds(now())")
  static let raiseEpoch = Statement("lease.raiseEpoch", "UPDATE settings SET epoch = epoch + 1 RETURNING epoch")
}
