-- What becomes of a request after it was decided.

-- name: hold_placing
-- No wave takes a device from the shelf meanwhile; the budget and refresh hold the same lock (ADR 0018).
SELECT pg_advisory_xact_lock_shared(hashtext('quartermaster'), hashtext('placing'))

-- name: bring
-- What a step brings beside the state. Null leaves a column as it is.
UPDATE requests.requests
SET successor_device_id = coalesce($2::uuid, successor_device_id), successor_serial = coalesce($3::text, successor_serial),
    from_stock = coalesce($4::boolean, from_stock), carrier = coalesce($5::text, carrier),
    tracking = coalesce($6::text, tracking), shipped_at = coalesce($7::timestamptz, shipped_at),
    delivered_at = coalesce($8::timestamptz, delivered_at), received_at = coalesce($9::timestamptz, received_at),
    checked_at = coalesce($10::timestamptz, checked_at), checked_by = coalesce($11::text, checked_by),
    old_back_at = coalesce(old_back_at, $12::timestamptz), return_due_on = coalesce($13::date, return_due_on),
    enrolled_device_id = coalesce(enrolled_device_id, $14::uuid),
    enrolled_serial = coalesce(enrolled_serial, $15::text), enrolled_at = coalesce(enrolled_at, $16::timestamptz),
    handed_out_at = coalesce(handed_out_at, $17::timestamptz),
    otherwise_device_id = coalesce(otherwise_device_id, $18::uuid),
    otherwise_serial = CASE WHEN otherwise_device_id IS NULL THEN $19::text ELSE otherwise_serial END,
    otherwise_at = coalesce(otherwise_at, $20::timestamptz)
WHERE request_id = $1::uuid

-- name: set_aside_for_others
-- The request that a device is set aside for, if it is another than $2.
SELECT reference FROM requests.requests
WHERE successor_device_id = $1::uuid AND request_id <> $2::uuid
  AND (status NOT IN ('closed', 'refused', 'withdrawn') OR (status = 'closed' AND handed_out_at IS NULL))
UNION ALL
SELECT reference FROM requests.requests
WHERE device_id = $1 AND request_id <> $2 AND reason = 'leaver' AND status = 'return_due'
LIMIT 1

-- name: concerned
-- Requests that a batch of devices may concern: $1 devices, $2 who uses them. Each part has an index of its own.
SELECT request_id FROM requests.requests
WHERE device_id = ANY ($1::uuid[])
  AND status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
                 'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check', 'return_due')
UNION
SELECT request_id FROM requests.requests WHERE successor_device_id = ANY ($1)
UNION
SELECT request_id FROM requests.requests
WHERE coalesce(recipient_email, requester_email) = ANY ($2::text[])
  AND status IN ('approved', 'waiting_for_money', 'waiting_for_wave', 'ordered', 'allocated', 'shipped')

-- name: replacing
-- $1 devices that were lost, $2 the reasons for which such a one is replaced, $3 the states before the new one is there.
SELECT request_id FROM requests.requests
WHERE device_id = ANY ($1::uuid[]) AND reason = ANY ($2::text[]) AND status = ANY ($3::text[])

-- name: waiting_for_wave_of
SELECT request_id FROM requests.requests
WHERE device_id = ANY ($1::uuid[])
  AND status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
                 'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check', 'return_due')
  AND status = 'waiting_for_wave'

-- name: waiting_for_waves
SELECT device_id, request_id FROM requests.requests WHERE status = 'waiting_for_wave' AND device_id IS NOT NULL

-- name: merged
-- Records proved to be one device: a request that is held ($3) follows it, unless the other record has an open request of
-- its own. Of two whose records became one at once the older follows.
UPDATE requests.requests AS r
SET device_id = CASE WHEN r.device_id = merged.gone THEN merged.into_id ELSE r.device_id END,
    successor_device_id = CASE WHEN r.successor_device_id = merged.gone THEN merged.into_id
                               ELSE r.successor_device_id END
FROM (
    SELECT DISTINCT ON (told.into_id) held.request_id, told.gone, told.into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS told (gone, into_id)
    JOIN requests.requests AS held ON told.gone IN (held.device_id, held.successor_device_id)
    WHERE held.request_id = ANY ($3::uuid[]) AND held.status NOT IN ('closed', 'refused', 'withdrawn')
      AND NOT EXISTS (
          SELECT FROM requests.requests AS other
          WHERE other.request_id <> held.request_id AND other.status NOT IN ('closed', 'refused', 'withdrawn')
            AND (other.device_id = told.into_id OR other.successor_device_id = told.into_id)
      )
    ORDER BY told.into_id, held.raised_at, held.request_id
) AS merged
WHERE r.request_id = merged.request_id

-- name: waited_too_long
-- $1 now, $2 and $3 how long a decision and a person are waited for. Of replicas at once each takes others.
SELECT request_id FROM requests.requests
WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'delivered', 'waiting_for_check',
                 'return_due')
  AND coalesce(next_chase_at, waits_since) <= $1::timestamptz
  AND coalesce(next_chase_at, waits_since + CASE status WHEN 'waiting_for_approval' THEN $2::interval
                                                        ELSE $3::interval END) <= $1
ORDER BY coalesce(next_chase_at, waits_since)
LIMIT $4::integer
FOR UPDATE SKIP LOCKED

-- name: forget_details
-- What a request that is over says of somebody's health and home goes, so long after its end ($2); at most $3 at once.
UPDATE requests.requests AS r SET photos = '{}', assistive_technology = ''
FROM (
    SELECT request_id FROM requests.requests
    WHERE status IN ('closed', 'refused', 'withdrawn') AND (photos <> '{}' OR assistive_technology <> '')
      AND waits_since <= $1::timestamptz - $2::interval
    ORDER BY waits_since
    LIMIT $3::integer
    FOR UPDATE SKIP LOCKED
) AS over
WHERE r.request_id = over.request_id
RETURNING r.request_id

-- name: chased
-- At $1 who was waited for is told; the clock comes again at $3. Whoever is to decide from now is asked from now.
UPDATE requests.requests AS r
SET chases = r.chases + chased.told, next_chase_at = chased.again,
    approver_email = coalesce(chased.approver, r.approver_email),
    asked_at = CASE WHEN chased.approver IS NULL THEN r.asked_at ELSE $1::timestamptz END
FROM unnest($2::uuid[], $3::timestamptz[], $4::integer[], $5::text[]) AS chased (request_id, again, told, approver)
WHERE r.request_id = chased.request_id
