-- name: use_key
-- Answers a row the first time. Of two at once the second waits here until the first has ended.
INSERT INTO requests.idempotency_keys (email, command, key, request_id, used_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING request_id

-- name: used_key
SELECT request_id FROM requests.idempotency_keys WHERE email = $1 AND command = $2 AND key = $3

-- name: next_number
SELECT nextval('requests.reference_numbers')

-- name: open_request_of_device
SELECT reference FROM requests.requests
WHERE device_id = $1::uuid AND status = ANY ($2::text[])

-- name: replaced_by
-- $1 a device, $2 whose it is, $3 the reasons for which it does not come back.
SELECT reference FROM requests.requests
WHERE device_id = $1::uuid AND coalesce(recipient_email, requester_email) = $2::text AND reason = ANY ($3::text[])
  AND status = 'closed'
LIMIT 1

-- name: insert_request
-- Answers nothing if the device has an open request that came first.
INSERT INTO requests.requests (request_id, reference, requester_email, requester_name, unit, kind, reason, device_id,
                               serial, explanation, needed_by, accessibility_needs, delivery_place, status, verdict,
                               approver_email, raised_at, recipient_email, recipient_name, verdict_kind, wave_month,
                               since, photos, assistive_technology, successor_device_id, successor_serial, from_stock,
                               next_chase_at, waits_since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
        $25, $26, $27, $28, $17)
ON CONFLICT (device_id)
    WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
                     'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check',
                     'return_due')
    DO NOTHING
RETURNING request_id

-- name: lock_request
-- Only one that the viewer may see: their own, one for them, one they or whom they cover for are named for, one of their
-- units.
SELECT request_id, reference, requester_email, requester_name, recipient_email, unit, kind, reason, device_id, serial,
       accessibility_needs, approver_email, status, revision, verdict_kind, successor_device_id, successor_serial,
       checked_at, old_back_at, waits_since, chases, raised_at, decided_at, from_stock, return_due_on,
       enrolled_device_id, enrolled_serial, enrolled_at, handed_out_at, otherwise_at
FROM requests.requests
WHERE request_id = $1::uuid
  AND ($2::text[] IS NULL OR unit = ANY ($2) OR requester_email = $3::text OR recipient_email = $3
       OR approver_email = $3 OR approver_email = ANY ($4::text[]))
FOR UPDATE

-- name: lock_requests
SELECT request_id, reference, requester_email, requester_name, recipient_email, unit, kind, reason, device_id, serial,
       accessibility_needs, approver_email, status, revision, verdict_kind, successor_device_id, successor_serial,
       checked_at, old_back_at, waits_since, chases, raised_at, decided_at, from_stock, return_due_on,
       enrolled_device_id, enrolled_serial, enrolled_at, handed_out_at, otherwise_at
FROM requests.requests
WHERE request_id = ANY ($1::uuid[])
ORDER BY request_id
FOR UPDATE

-- name: set_aside
-- With what is to come back from who leaves: it may stand on the shelf for the register, sent and never enrolled.
SELECT successor_device_id FROM requests.requests
WHERE successor_device_id IS NOT NULL AND status NOT IN ('closed', 'refused', 'withdrawn')
UNION
SELECT successor_device_id FROM requests.requests
WHERE successor_device_id IS NOT NULL AND status = 'closed' AND handed_out_at IS NULL
UNION
SELECT device_id FROM requests.requests WHERE reason = 'leaver' AND status = 'return_due' AND device_id IS NOT NULL

-- name: give
UPDATE requests.requests
SET successor_device_id = $2::uuid, successor_serial = $3::text, from_stock = true
WHERE request_id = $1::uuid

-- name: lock_entitlement
-- Of two who ask for one person at once the second counts what the first asked for.
SELECT pg_advisory_xact_lock(hashtext('requests entitlement'), hashtext($1::text || ' ' || $2::text))

-- name: asked_for_more
-- Open requests that replace nothing, but for those whose device is held by now.
SELECT reference FROM requests.requests
WHERE coalesce(recipient_email, requester_email) = $1::text AND kind = $2::text AND device_id IS NULL
  AND status = ANY ($3::text[])
  AND (successor_device_id IS NULL OR NOT successor_device_id = ANY ($4::uuid[]))
ORDER BY raised_at, request_id

-- name: ask_back
UPDATE requests.requests SET question = $2::text, answer = NULL WHERE request_id = $1::uuid

-- name: answer
UPDATE requests.requests SET answer = $2::text WHERE request_id = $1::uuid

-- name: decide
UPDATE requests.requests
SET decided_by = $2::text, decided_at = $3::timestamptz, refusal = $4::text
WHERE request_id = $1::uuid

-- name: move
-- A state that stays keeps the time since when it waits.
UPDATE requests.requests AS r
SET status = moved.status, revision = moved.revision,
    waits_since = CASE WHEN r.status = moved.status THEN r.waits_since ELSE moved.at END,
    chases = CASE WHEN r.status = moved.status THEN r.chases ELSE 0 END,
    next_chase_at = CASE WHEN r.status = moved.status THEN r.next_chase_at END
FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::timestamptz[]) AS moved(request_id, status, revision, at)
WHERE r.request_id = moved.request_id

-- name: ticket_revisions
SELECT request_id, revision FROM requests.desk_tickets WHERE request_id = ANY ($1::uuid[])

-- name: keep_tickets
INSERT INTO requests.desk_tickets (request_id, desk, ticket, state, link, revision, changed_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[])
ON CONFLICT (request_id) DO UPDATE
SET desk = excluded.desk, ticket = excluded.ticket, state = excluded.state, link = excluded.link,
    revision = excluded.revision, changed_at = excluded.changed_at
WHERE desk_tickets.revision < excluded.revision

-- name: remember
INSERT INTO requests.timeline (request_id, cause, at, what, who)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
