-- name: accept_delivery
INSERT INTO bot.received (key, kind, body)
VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET attempts = received.attempts + 1
WHERE received.finished_at IS NULL AND received.body IS NULL
RETURNING key

-- name: keep_delivery
UPDATE bot.received SET body = $2, taken_at = now() WHERE key = $1 AND finished_at IS NULL

-- name: hold_deliveries
UPDATE bot.received SET taken_at = now() WHERE key = ANY ($1::text[]) AND finished_at IS NULL

-- name: finish_delivery
UPDATE bot.received SET finished_at = now(), body = NULL WHERE key = $1

-- name: take_unfinished
UPDATE bot.received AS taken
SET taken_at = now(), attempts = taken.attempts + 1
FROM (
    SELECT key FROM bot.received
    WHERE finished_at IS NULL AND body IS NOT NULL AND taken_at < now() - $1::interval AND attempts < $2
      AND key <> ALL ($3::text[])
    ORDER BY received_at
    LIMIT 20
    FOR UPDATE SKIP LOCKED
) AS unfinished
WHERE taken.key = unfinished.key
RETURNING taken.key, taken.body

-- name: prune_received
DELETE FROM bot.received
WHERE received_at < now() - $1::interval AND (finished_at IS NOT NULL OR body IS NULL OR attempts >= $2)

-- name: prune_answers
DELETE FROM bot.outgoing
WHERE written_at < now() - $1::interval AND state IN ('sent', 'refused') AND key LIKE 'answer/%'

-- name: put_outgoing
INSERT INTO bot.outgoing (key, destination, revision, body_text, blocks)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[])
ON CONFLICT (key) DO UPDATE
SET revision = excluded.revision, body_text = excluded.body_text, blocks = excluded.blocks,
    state = CASE outgoing.state WHEN 'sending' THEN 'sending' ELSE 'waiting' END,
    not_before = CASE outgoing.state WHEN 'sending' THEN outgoing.not_before ELSE now() END,
    attempts = 0
WHERE excluded.revision > outgoing.revision

-- name: told_of
-- The key itself and those that go on after a slash, whose next sign is 0: compared byte by byte, as the index is.
SELECT key, destination, revision FROM bot.outgoing WHERE key ~>=~ $1::text AND key ~<~ ($1 || '0') ORDER BY key

-- name: claim_outgoing
WITH found AS (
    SELECT key, state FROM bot.outgoing
    WHERE (state = 'waiting' AND not_before <= now()) OR (state = 'sending' AND claimed_until < now())
    ORDER BY not_before, key
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE bot.outgoing AS claimed
SET state = 'sending', claim = $1, claimed_until = now() + $2::interval, attempts = claimed.attempts + 1
FROM found
WHERE claimed.key = found.key
RETURNING claimed.key, claimed.destination, claimed.revision, claimed.body_text, claimed.blocks, claimed.channel,
    claimed.ts, claimed.attempts, claimed.written_at, found.state = 'sending' AS was_sending

-- name: outgoing_sent
UPDATE bot.outgoing
SET sent_revision = $3, channel = $4, ts = $5, last_error = NULL, claim = NULL, claimed_until = NULL, attempts = 0,
    state = CASE WHEN revision > $3 THEN 'waiting' ELSE 'sent' END
WHERE key = $1 AND claim = $2

-- name: outgoing_put_off
UPDATE bot.outgoing
SET state = $3, last_error = $4, not_before = now() + $5::interval, claim = NULL, claimed_until = now() + $5::interval
WHERE key = $1 AND claim = $2
