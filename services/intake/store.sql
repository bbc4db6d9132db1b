-- Statements of intake beside those of the event log.

-- name: position
SELECT position FROM positions WHERE feed = $1

-- name: move
INSERT INTO positions (feed, position) VALUES ($1, $2)
ON CONFLICT (feed) DO UPDATE SET position = excluded.position, moved_at = now()

-- name: hold
SELECT pg_try_advisory_lock(hashtext('quartermaster feed'), hashtext($1))

-- name: release
SELECT pg_advisory_unlock(hashtext('quartermaster feed'), hashtext($1))

-- name: wake
INSERT INTO wakes (feed, whole)
SELECT feed, bool_or(whole) FROM unnest($1::text[], $2::boolean[]) AS asked (feed, whole)
GROUP BY feed
ORDER BY feed
ON CONFLICT (feed) DO UPDATE SET whole = wakes.whole OR excluded.whole, times = wakes.times + 1, asked_at = now()

-- name: is_woken
SELECT EXISTS (SELECT FROM wakes WHERE feed = $1)

-- name: woken
SELECT times, whole FROM wakes WHERE feed = $1 FOR UPDATE

-- name: forget_position
DELETE FROM positions WHERE feed = $1

-- name: begun_anew
UPDATE wakes SET whole = false WHERE feed = $1

-- name: rest
DELETE FROM wakes WHERE feed = $1 AND times = $2

-- name: enrol
INSERT INTO rolls (feed, key, reading)
SELECT $1, key, $3 FROM unnest($2::text[]) AS key
ORDER BY key
ON CONFLICT (feed, key) DO UPDATE SET reading = excluded.reading WHERE rolls.reading <> excluded.reading

-- name: strike
DELETE FROM rolls WHERE feed = $1 AND key = ANY ($2::text[])

-- name: strike_absent
DELETE FROM rolls
WHERE feed = $1 AND key IN (
    SELECT key FROM rolls WHERE feed = $1 AND reading <> $2 ORDER BY key LIMIT $3
)
RETURNING key

-- name: subscription
SELECT subscription, terms, expires_at FROM subscriptions WHERE name = $1

-- name: subscribed
INSERT INTO subscriptions (name, subscription, terms, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE
SET subscription = excluded.subscription, terms = excluded.terms, expires_at = excluded.expires_at

-- name: unsubscribed
DELETE FROM subscriptions WHERE name = $1

-- name: claim_sources
-- $1 sources this process has, $2 how long each may be silent, $3 when it was last heard here, $4 the business moment.
-- The latest word counts, whichever process heard it. A source that nobody had begins anew.
INSERT INTO intake.sources AS s (source, silent_after_seconds, last_heard_at, configured_at, claimed_at)
SELECT source, silent_after, heard, $4::timestamptz, now()
FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS claimed (source, silent_after, heard)
ORDER BY source
ON CONFLICT (source) DO UPDATE
SET silent_after_seconds = excluded.silent_after_seconds, claimed_at = now(),
    last_heard_at = greatest(s.last_heard_at, excluded.last_heard_at),
    configured_at = coalesce(s.configured_at, excluded.configured_at)
RETURNING source, last_heard_at

-- name: try_measuring
SELECT pg_try_advisory_xact_lock(hashtext('quartermaster sources'), 0)

-- name: let_go
-- Sources that no process has claimed for so long are off: they may be silent for as long as they like.
UPDATE intake.sources SET configured_at = NULL, silent_after_seconds = NULL, claimed_at = NULL
WHERE claimed_at < now() - $1::interval

-- name: sources
SELECT source, configured_at, last_heard_at, silent_after_seconds, sequence, told, now() - told_at AS told_ago
FROM intake.sources

-- name: open_letters
SELECT service, source, letters, oldest, now() - oldest AS age FROM eventlog.open_dead_letters()

-- name: told
INSERT INTO intake.sources AS s (source, sequence, told, told_at)
SELECT *, now() FROM unnest($1::text[], $2::bigint[], $3::jsonb[])
ON CONFLICT (source) DO UPDATE SET sequence = excluded.sequence, told = excluded.told, told_at = excluded.told_at
