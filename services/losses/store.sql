-- name: use_key
-- Answers a row the first time. Of two at once the second waits here until the first has ended.
INSERT INTO losses.idempotency_keys (email, command, key, loss_id, used_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING loss_id

-- name: used_key
SELECT loss_id FROM losses.idempotency_keys WHERE email = $1 AND command = $2 AND key = $3

-- name: point_key
-- A report that met an open loss answers that one.
UPDATE losses.idempotency_keys SET loss_id = $4 WHERE email = $1 AND command = $2 AND key = $3

-- name: next_number
SELECT nextval('losses.reference_numbers')

-- name: insert_loss
-- Answers nothing if the device has an open loss that came first.
INSERT INTO losses.losses (
       loss_id, reference, revision, state, how, device_id, device_revision, serial, kind, model, unit, holder_email,
       reporter_email, reported_at, request_id, request_reference, last_seen_on, last_seen_where, crime_reference,
       was_unlocked, sensitive, explanation, lock_attempts, lock_command, lock_standing, lock_by, wipe_asked_by,
       wipe_asked_at, wipe_confirmed_by, wipe_attempts, wipe_command, wipe_wanted_at, wipe_standing, wipe_by,
       wipe_failed_at, wiped_at, ended_at, ended_by, lock_said, wipe_said, lock_barred, wipe_barred)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42)
ON CONFLICT (device_id) WHERE state NOT IN ('written_off', 'found') DO NOTHING
RETURNING loss_id

-- name: lock_last_loss
-- The device's loss that nobody ended by finding it: an open one, or the one it was written off with.
SELECT loss_id, reference, revision, state, how, device_id, device_revision, serial, kind, model, unit, holder_email,
       reporter_email, reported_at, request_id, request_reference, last_seen_on, last_seen_where, crime_reference,
       was_unlocked, sensitive, explanation, lock_attempts, lock_command, lock_standing, lock_by, wipe_asked_by,
       wipe_asked_at, wipe_confirmed_by, wipe_attempts, wipe_command, wipe_wanted_at, wipe_standing, wipe_by,
       wipe_failed_at, wiped_at, ended_at, ended_by, lock_said, wipe_said, lock_barred, wipe_barred
FROM losses.losses
WHERE device_id = $1::uuid AND state <> 'found'
ORDER BY state = 'written_off', reported_at DESC
LIMIT 1
FOR UPDATE

-- name: found_since
SELECT loss_id FROM losses.losses
WHERE device_id = $1::uuid AND state = 'found' AND ended_at >= $2::timestamptz
ORDER BY ended_at DESC, loss_id
LIMIT 1

-- name: lock_loss
-- Only one that the viewer may see: of a device they hold, one they reported, one of their units.
SELECT loss_id, reference, revision, state, how, device_id, device_revision, serial, kind, model, unit, holder_email,
       reporter_email, reported_at, request_id, request_reference, last_seen_on, last_seen_where, crime_reference,
       was_unlocked, sensitive, explanation, lock_attempts, lock_command, lock_standing, lock_by, wipe_asked_by,
       wipe_asked_at, wipe_confirmed_by, wipe_attempts, wipe_command, wipe_wanted_at, wipe_standing, wipe_by,
       wipe_failed_at, wiped_at, ended_at, ended_by, lock_said, wipe_said, lock_barred, wipe_barred
FROM losses.losses
WHERE loss_id = $1::uuid
  AND ($2::text[] IS NULL OR unit = ANY ($2) OR holder_email = $3::text OR reporter_email = $3)
FOR UPDATE

-- name: lock_losses
-- Those concerned by references, by devices, or by devices that matter only while the loss is open.
SELECT loss_id, reference, revision, state, how, device_id, device_revision, serial, kind, model, unit, holder_email,
       reporter_email, reported_at, request_id, request_reference, last_seen_on, last_seen_where, crime_reference,
       was_unlocked, sensitive, explanation, lock_attempts, lock_command, lock_standing, lock_by, wipe_asked_by,
       wipe_asked_at, wipe_confirmed_by, wipe_attempts, wipe_command, wipe_wanted_at, wipe_standing, wipe_by,
       wipe_failed_at, wiped_at, ended_at, ended_by, lock_said, wipe_said, lock_barred, wipe_barred
FROM losses.losses
WHERE reference = ANY ($1::text[])
   OR device_id = ANY ($2::uuid[])
   OR (device_id = ANY ($3::uuid[]) AND state NOT IN ('written_off', 'found'))
ORDER BY loss_id
FOR UPDATE

-- name: save
UPDATE losses.losses AS loss
SET revision = now_so.revision, state = now_so.state, device_id = now_so.device_id, device_revision =
    now_so.device_revision, serial = now_so.serial, kind = now_so.kind, model = now_so.model, unit = now_so.unit,
    holder_email = now_so.holder_email, request_id = now_so.request_id, request_reference = now_so.request_reference,
    last_seen_on = now_so.last_seen_on, last_seen_where = now_so.last_seen_where, crime_reference =
    now_so.crime_reference, was_unlocked = now_so.was_unlocked, sensitive = now_so.sensitive, explanation =
    now_so.explanation, lock_attempts = now_so.lock_attempts, lock_command = now_so.lock_command, lock_standing =
    now_so.lock_standing, lock_by = now_so.lock_by, wipe_asked_by = now_so.wipe_asked_by, wipe_asked_at =
    now_so.wipe_asked_at, wipe_confirmed_by = now_so.wipe_confirmed_by, wipe_attempts = now_so.wipe_attempts,
    wipe_command = now_so.wipe_command, wipe_wanted_at = now_so.wipe_wanted_at, wipe_standing = now_so.wipe_standing,
    wipe_by = now_so.wipe_by, wipe_failed_at = now_so.wipe_failed_at, wiped_at = now_so.wiped_at, ended_at =
    now_so.ended_at, ended_by = now_so.ended_by, lock_said = now_so.lock_said, wipe_said = now_so.wipe_said,
    lock_barred = now_so.lock_barred, wipe_barred = now_so.wipe_barred
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::uuid[], $7::integer[],
                  $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::timestamptz[],
                  $15::uuid[], $16::text[], $17::date[], $18::text[], $19::text[], $20::boolean[], $21::boolean[],
                  $22::text[], $23::integer[], $24::uuid[], $25::text[], $26::text[], $27::text[], $28::timestamptz[],
                  $29::text[], $30::integer[], $31::uuid[], $32::timestamptz[], $33::text[], $34::text[],
                  $35::timestamptz[], $36::timestamptz[], $37::timestamptz[], $38::text[], $39::text[], $40::text[], $41::boolean[],
                  $42::boolean[])
     AS now_so (loss_id, reference, revision, state, how, device_id, device_revision, serial, kind, model, unit,
                holder_email, reporter_email, reported_at, request_id, request_reference, last_seen_on,
                last_seen_where, crime_reference, was_unlocked, sensitive, explanation, lock_attempts, lock_command,
                lock_standing, lock_by, wipe_asked_by, wipe_asked_at, wipe_confirmed_by, wipe_attempts, wipe_command,
                wipe_wanted_at, wipe_standing, wipe_by, wipe_failed_at, wiped_at, ended_at, ended_by, lock_said, wipe_said,
                lock_barred, wipe_barred)
WHERE loss.loss_id = now_so.loss_id

-- name: remember
INSERT INTO losses.timeline (loss_id, cause, at, what, who)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING

-- name: keep_merged
INSERT INTO losses.merged_devices (device_id, into_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT DO NOTHING

-- name: carried_on
-- Which device these ids stand for now, those that stand for another.
WITH RECURSIVE followed (device_id, into_id, steps) AS (
    SELECT m.device_id, m.into_id, 1 FROM losses.merged_devices AS m WHERE m.device_id = ANY ($1::uuid[])
    UNION ALL
    SELECT f.device_id, m.into_id, f.steps + 1
    FROM followed AS f JOIN losses.merged_devices AS m ON m.device_id = f.into_id
    WHERE f.steps < 20
)
SELECT DISTINCT ON (device_id) device_id, into_id FROM followed ORDER BY device_id, steps DESC

-- name: follow_merged
-- Losses of records that are another device now; where both have an open one, both stay where they are.
WITH RECURSIVE followed (loss_id, into_id, steps) AS (
    SELECT l.loss_id, m.into_id, 1
    FROM losses.losses AS l JOIN losses.merged_devices AS m ON m.device_id = l.device_id
    UNION ALL
    SELECT f.loss_id, m.into_id, f.steps + 1
    FROM followed AS f JOIN losses.merged_devices AS m ON m.device_id = f.into_id
    WHERE f.steps < 20
), last AS (
    SELECT DISTINCT ON (loss_id) loss_id, into_id FROM followed ORDER BY loss_id, steps DESC
), movable AS (
    SELECT DISTINCT ON (last.into_id, moved.state IN ('written_off', 'found'), CASE
                            WHEN moved.state IN ('written_off', 'found') THEN moved.loss_id END)
           last.loss_id, last.into_id
    FROM last JOIN losses.losses AS moved ON moved.loss_id = last.loss_id
    WHERE moved.state IN ('written_off', 'found') OR NOT EXISTS (
        SELECT FROM losses.losses AS other
        WHERE other.device_id = last.into_id AND other.state NOT IN ('written_off', 'found'))
    ORDER BY last.into_id, moved.state IN ('written_off', 'found'), CASE
                 WHEN moved.state IN ('written_off', 'found') THEN moved.loss_id END, moved.reported_at
)
UPDATE losses.losses AS loss
SET device_id = movable.into_id, device_revision = 0
FROM movable WHERE loss.loss_id = movable.loss_id
RETURNING loss.loss_id, loss.reference

-- name: forget_people
-- Losses that ended before $1 name nobody any more; what became of the device stays. What a step was the machine says,
-- so that a line's own words can go with the people in them.
WITH due AS (
    SELECT loss_id FROM losses.losses
    WHERE ended_at < $1::timestamptz AND reporter_email <> $2::text
    ORDER BY ended_at
    LIMIT 1000
    FOR UPDATE SKIP LOCKED
), lines AS (
    UPDATE losses.timeline AS line
    SET who = CASE WHEN line.who LIKE '%@%' THEN $2 ELSE line.who END, what = split_part(line.what, ': ', 1)
    FROM due WHERE line.loss_id = due.loss_id AND line.who LIKE '%@%'
), keys AS (
    DELETE FROM losses.idempotency_keys AS used USING due WHERE used.loss_id = due.loss_id
)
UPDATE losses.losses AS loss
SET holder_email = NULL, reporter_email = $2, wipe_asked_by = NULL, wipe_confirmed_by = NULL, ended_by = $2,
    last_seen_on = NULL, last_seen_where = '', crime_reference = '', explanation = ''
FROM due WHERE loss.loss_id = due.loss_id
RETURNING loss.loss_id
