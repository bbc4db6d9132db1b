-- name: use_key
-- Answers a row the first time.
INSERT INTO watch.idempotency_keys (email, command, key, alert, episode, used_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
RETURNING key

-- name: used_key
SELECT alert, episode FROM watch.idempotency_keys WHERE email = $1 AND command = $2 AND key = $3
