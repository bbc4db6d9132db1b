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

-- name: subscription
SELECT subscription, terms, expires_at FROM subscriptions WHERE name = $1

-- name: subscribed
INSERT INTO subscriptions (name, subscription, terms, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE
SET subscription = excluded.subscription, terms = excluded.terms, expires_at = excluded.expires_at

