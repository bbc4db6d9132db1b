-- When each source was last heard, and what was told of it.

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
