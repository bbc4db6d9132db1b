-- name: one_evaluation_at_a_time
SELECT pg_advisory_xact_lock(hashtext('watch evaluation'), 0)

-- name: try_evaluation
SELECT pg_try_advisory_xact_lock(hashtext('watch evaluation'), 0)

-- name: keep_balances
INSERT INTO watch.balances (financial_year, line, sequence, approved_pence, committed_pence, invoiced_pence)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
ON CONFLICT (financial_year, line) DO UPDATE
SET sequence = excluded.sequence, approved_pence = excluded.approved_pence,
    committed_pence = excluded.committed_pence, invoiced_pence = excluded.invoiced_pence
WHERE excluded.sequence > balances.sequence

-- name: keep_ageing
INSERT INTO watch.ageing (unit, kind, sequence, measured_on, deployed, past_policy_life)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::date[], $5::integer[], $6::integer[])
ON CONFLICT (unit, kind) DO UPDATE
SET sequence = excluded.sequence, measured_on = excluded.measured_on,
    deployed = excluded.deployed, past_policy_life = excluded.past_policy_life
WHERE excluded.sequence > ageing.sequence

-- name: keep_failures
-- Joins words on a ticket so that neither order nor repetition matters: greatest() prefers any model to none.
-- Answers every model that the ticket counted for, or counts for now.
WITH told AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::bigint[])
        AS told (ticket, model, failed_at, withdrawn, revision)
), before AS (
    SELECT model FROM watch.failures WHERE ticket = ANY ($1::text[])
), kept AS (
    INSERT INTO watch.failures AS f (ticket, model, failed_at, withdrawn, revision)
    SELECT ticket, max(model), min(failed_at), (array_agg(withdrawn ORDER BY revision DESC, withdrawn DESC))[1],
           max(revision)
    FROM told GROUP BY ticket ORDER BY ticket
    ON CONFLICT (ticket) DO UPDATE
    SET model = greatest(f.model, excluded.model), failed_at = least(f.failed_at, excluded.failed_at),
        withdrawn = CASE WHEN excluded.revision > f.revision THEN excluded.withdrawn
                         WHEN excluded.revision < f.revision THEN f.withdrawn
                         ELSE f.withdrawn OR excluded.withdrawn END,
        revision = greatest(f.revision, excluded.revision)
    RETURNING model
)
SELECT model FROM before WHERE model IS NOT NULL
UNION
SELECT model FROM kept WHERE model IS NOT NULL

-- name: keep_conflicts
INSERT INTO watch.conflicts (conflict, revision, is_open, found_at)
SELECT * FROM unnest($1::text[], $2::integer[], $3::boolean[], $4::timestamptz[])
ON CONFLICT (conflict) DO UPDATE
SET revision = excluded.revision, is_open = excluded.is_open, found_at = excluded.found_at
WHERE excluded.revision > conflicts.revision

-- name: open_conflicts
SELECT count(*)::integer AS number, min(found_at) AS oldest_at FROM watch.conflicts WHERE is_open

-- name: keep_sources
INSERT INTO watch.sources (source, sequence, measured_at, configured_at, last_heard_at, silent_after_seconds,
                           open_dead_letters, oldest_dead_letter_at)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
                     $7::integer[], $8::timestamptz[])
ON CONFLICT (source) DO UPDATE
SET sequence = excluded.sequence, measured_at = excluded.measured_at, configured_at = excluded.configured_at,
    last_heard_at = excluded.last_heard_at, silent_after_seconds = excluded.silent_after_seconds,
    open_dead_letters = excluded.open_dead_letters, oldest_dead_letter_at = excluded.oldest_dead_letter_at
WHERE excluded.sequence > sources.sequence

-- name: source_healths
SELECT source, measured_at, configured_at, last_heard_at, make_interval(secs => silent_after_seconds) AS silent_after,
       open_dead_letters, oldest_dead_letter_at
FROM watch.sources
WHERE $1::text[] IS NULL OR source = ANY ($1)
ORDER BY source

-- name: balances
SELECT financial_year, line, approved_pence, committed_pence, invoiced_pence
FROM watch.balances
WHERE $1::text[] IS NULL OR (financial_year, line) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY financial_year, line

-- name: ageing
SELECT unit, kind, deployed, past_policy_life
FROM watch.ageing
WHERE $1::text[] IS NULL OR (unit, kind) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY unit, kind

-- name: failure_windows
-- Failures in the last n days and in the n days before, for each n of $2, at the moment $1.
SELECT f.model, w.days,
       count(*) FILTER (WHERE f.failed_at > $1::timestamptz - make_interval(days => w.days)) AS recent,
       count(*) FILTER (WHERE f.failed_at <= $1::timestamptz - make_interval(days => w.days)) AS before
FROM watch.failures AS f
JOIN unnest($2::integer[]) AS w (days) ON f.failed_at > $1::timestamptz - make_interval(days => 2 * w.days)
WHERE NOT f.withdrawn AND f.model IS NOT NULL AND f.failed_at <= $1::timestamptz
  AND ($3::text[] IS NULL OR f.model = ANY ($3))
GROUP BY f.model, w.days
ORDER BY f.model, w.days

-- name: known_since
SELECT min(failed_at) FROM watch.failures

-- name: open_keys
SELECT key FROM watch.alerts WHERE condition = $1 AND cleared_at IS NULL ORDER BY key

-- name: last_lives
SELECT DISTINCT ON (key) *
FROM watch.alerts
WHERE key = ANY ($1::text[])
ORDER BY key, episode DESC

-- name: lock_open_lives
-- In the order of keys, as everybody who holds several does.
SELECT *
FROM watch.alerts
WHERE key = ANY ($1::text[]) AND cleared_at IS NULL
ORDER BY key
FOR UPDATE

-- name: lock_overslept
SELECT *
FROM watch.alerts
WHERE snoozed_until <= $1 AND cleared_at IS NULL
ORDER BY key
FOR UPDATE

-- name: keep_alerts
-- $17 holds each alert's names of what it is about, with spaces between them.
INSERT INTO watch.alerts (key, episode, revision, condition, severity, audience, unit, headline, detail, measured,
                          threshold, raised_at, cleared_at, owner, above, in_channel, about, acknowledged_by,
                          acknowledged_at, snoozed_by, snoozed_until, snoozed_severity, wakes, assigned_to, assigned_by,
                          assigned_at)
SELECT key, episode, revision, condition, severity, audience, unit, headline, detail, measured,
       threshold, raised_at, cleared_at, owner, above, in_channel, string_to_array(about, ' '), acknowledged_by,
       acknowledged_at, snoozed_by, snoozed_until, snoozed_severity, wakes, assigned_to, assigned_by, assigned_at
FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::float8[], $11::float8[], $12::timestamptz[], $13::timestamptz[],
            $14::text[], $15::text[], $16::boolean[], $17::text[], $18::text[], $19::timestamptz[], $20::text[],
            $21::timestamptz[], $22::text[], $23::integer[], $24::text[], $25::text[], $26::timestamptz[])
     AS kept (key, episode, revision, condition, severity, audience, unit, headline, detail, measured,
              threshold, raised_at, cleared_at, owner, above, in_channel, about, acknowledged_by, acknowledged_at,
              snoozed_by, snoozed_until, snoozed_severity, wakes, assigned_to, assigned_by, assigned_at)
ON CONFLICT (key, episode) DO UPDATE
SET revision = excluded.revision, severity = excluded.severity, audience = excluded.audience, unit = excluded.unit,
    headline = excluded.headline, detail = excluded.detail, measured = excluded.measured,
    threshold = excluded.threshold, cleared_at = excluded.cleared_at, owner = excluded.owner, above = excluded.above,
    in_channel = excluded.in_channel, about = excluded.about, acknowledged_by = excluded.acknowledged_by,
    acknowledged_at = excluded.acknowledged_at, snoozed_by = excluded.snoozed_by,
    snoozed_until = excluded.snoozed_until, snoozed_severity = excluded.snoozed_severity, wakes = excluded.wakes,
    assigned_to = excluded.assigned_to, assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at
