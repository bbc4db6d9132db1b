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

-- name: letter
SELECT fingerprint, source, reason, body, context, first_seen, last_seen, seen, settled_at, settled_as
FROM intake.dead_letters
WHERE fingerprint = $1
FOR UPDATE

-- name: settle
UPDATE intake.dead_letters
SET settled_at = now(), settled_as = $2
WHERE fingerprint = $1 AND settled_at IS NULL
RETURNING true

-- name: still_dead
UPDATE intake.dead_letters SET reason = $2, last_seen = now() WHERE fingerprint = $1
