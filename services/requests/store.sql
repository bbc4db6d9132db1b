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

-- name: insert_request
-- Answers nothing if the device has an open request that came first.
INSERT INTO requests.requests (request_id, reference, requester_email, requester_name, unit, kind, reason, device_id,
                               serial, explanation, needed_by, accessibility_needs, delivery_place, status, verdict,
                               approver_email, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (device_id) WHERE status IN ('waiting_for_approval', 'approved', 'waiting_for_money', 'ordered') DO NOTHING
RETURNING request_id

-- name: lock_request
-- Only one that the viewer may see: their own, one they are named for, one of their units.
SELECT request_id, reference, requester_email, unit, kind, reason, device_id, serial, accessibility_needs,
       approver_email, status
FROM requests.requests
WHERE request_id = $1::uuid
  AND ($2::text[] IS NULL OR unit = ANY ($2) OR requester_email = $3::text OR approver_email = $3)
FOR UPDATE

-- name: decide
UPDATE requests.requests
SET status = $2::text, decided_by = $3::text, decided_at = $4::timestamptz, refusal = $5::text
WHERE request_id = $1::uuid

-- name: lock_requests
SELECT request_id, reference, requester_email, status FROM requests.requests
WHERE request_id = ANY ($1::uuid[])
ORDER BY request_id
FOR UPDATE

-- name: move_on
UPDATE requests.requests AS r
SET status = moved.status
FROM unnest($1::uuid[], $2::text[]) AS moved(request_id, status)
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
