-- name: insert_missing
INSERT INTO mdm.commands (command_id)
SELECT command_id FROM unnest($1::uuid[]) AS told(command_id)
ORDER BY command_id
ON CONFLICT DO NOTHING

-- name: lock_commands
SELECT command_id, device_id, action, reference, serial, wanted_at, state, claim IS NOT NULL OR doubtful AS touched
FROM mdm.commands
WHERE command_id = ANY ($1::uuid[])
ORDER BY command_id
FOR UPDATE

-- name: want
-- A row that waits for its turn keeps its turn.
UPDATE mdm.commands AS c
SET device_id = told.device_id, action = told.action, reference = told.reference, serial = told.serial,
    wanted_at = told.wanted_at, state = told.state,
    next_try_at = CASE WHEN told.state IN ('wanted', 'withdrawing') THEN coalesce(c.next_try_at, now()) END,
    waiting_since = CASE WHEN told.state IN ('wanted', 'withdrawing') THEN coalesce(c.waiting_since, now()) END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
     AS told(command_id, device_id, action, reference, serial, wanted_at, state)
WHERE c.command_id = told.command_id

-- name: claim
-- One row that is due, out of reach of others for as long as its sender may take. Locks go first: a stolen device is in
-- somebody's hands while a returned one lies in the store. A device has one command under way at a time, so that the
-- second sees at device management what became of the first.
UPDATE mdm.commands AS c
SET claim = $1::uuid, attempts = c.attempts + 1, next_try_at = now() + $2::interval
FROM (
    SELECT command_id FROM mdm.commands AS waiting
    WHERE next_try_at <= now()
      AND NOT EXISTS (
          SELECT FROM mdm.commands AS other
          WHERE other.device_id = waiting.device_id AND other.command_id <> waiting.command_id
            AND (other.claim IS NOT NULL OR other.doubtful))
    ORDER BY action, next_try_at, command_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS due
WHERE c.command_id = due.command_id
RETURNING c.command_id, c.device_id, c.action, c.reference, c.serial, c.state, c.mdm, c.mdm_device, c.before, c.doubtful,
          c.attempts

-- name: mark_in_doubt
-- Written before device management is asked: from here on it may have done it. Nothing for one taken over or recalled.
UPDATE mdm.commands SET doubtful = true, mdm = $3::text, mdm_device = $4::text, before = $5::text
WHERE command_id = $1::uuid AND claim = $2::uuid AND state = 'wanted'

-- name: lock_claimed
SELECT command_id, device_id, action, reference, serial, wanted_at, state, true AS touched
FROM mdm.commands WHERE command_id = $1::uuid AND claim = $2::uuid
FOR UPDATE

-- name: settle
UPDATE mdm.commands
SET state = $2::text, explanation = $3::text, mdm = coalesce($4::text, mdm), claim = NULL, doubtful = false, parked = false,
    last_error = NULL, next_try_at = NULL, waiting_since = NULL
WHERE command_id = $1::uuid

-- name: try_again
UPDATE mdm.commands
SET claim = NULL, doubtful = $3::boolean, last_error = $4::text, parked = $5::boolean, next_try_at = now() + $6::interval
WHERE command_id = $1::uuid AND claim = $2::uuid

-- name: unpark
UPDATE mdm.commands SET next_try_at = now() + CASE WHEN doubtful THEN $1::interval ELSE interval '0' END
WHERE parked AND claim IS NULL AND next_try_at > now() + $1

-- name: measure
SELECT count(*) FILTER (WHERE parked) AS parked, count(*) AS waiting,
       coalesce(extract(epoch FROM now() - min(waiting_since)), 0)::float8 AS oldest_seconds
FROM mdm.commands WHERE next_try_at IS NOT NULL
