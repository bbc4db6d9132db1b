-- name: next_numbers
SELECT nextval('requests.reference_numbers') AS number FROM generate_series(1, $1::integer)

-- name: due_back
-- A request for each device ($1 ids, $2 references, $3 units, $4 kinds, $5 devices, $6 serials), told by $7 and $8, for
-- $9 and $10, in the words $11, followed by $12, since $13, due on $14, for the reason $15. None for a device that has an
-- open one.
INSERT INTO requests.requests (request_id, reference, unit, kind, device_id, serial, requester_email, requester_name,
                               recipient_email, recipient_name, explanation, approver_email, raised_at, waits_since,
                               return_due_on, reason, status, verdict, accessibility_needs, delivery_place)
SELECT held.request_id, held.reference, held.unit, held.kind, held.device_id, held.serial, $7::text, $8::text, $9::text,
       $10::text, $11::text, $12::text, $13::timestamptz, $13, $14::date, $15::text, 'return_due', '', false, ''
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[])
     AS held (request_id, reference, unit, kind, device_id, serial)
ORDER BY held.device_id
ON CONFLICT (device_id)
    WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
                     'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check',
                     'return_due')
    DO NOTHING
RETURNING request_id
