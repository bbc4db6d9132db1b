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
