-- Keys of commands.

-- name: use_key
-- Answers a row the first time. Of two at once the second waits here until the first has ended.
INSERT INTO refresh.idempotency_keys (email, command, key, about, used_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING about

-- name: used_key
SELECT about FROM refresh.idempotency_keys WHERE email = $1 AND command = $2 AND key = $3
