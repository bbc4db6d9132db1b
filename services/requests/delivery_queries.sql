-- Requests after their decision: what waits to be set aside, sent, confirmed, checked, handed back.

-- name: deliveries
-- $1 units (null: all), $2 statuses, $3 only returns due before this day (null: all), $4 whom they are for (null: all),
-- $5 how many
SELECT r.request_id, r.reference, r.status, r.kind, r.reason, r.unit, r.serial, r.device_id, r.requester_email,
       r.requester_name, r.approver_email, r.recipient_email, r.recipient_name, r.delivery_place, r.needed_by, r.accessibility_needs,
       r.successor_device_id, r.successor_serial, r.from_stock, r.carrier, r.tracking, r.waits_since, r.return_due_on,
       r.chases, r.checked_at, r.old_back_at, r.raised_at, r.revision
FROM requests.requests AS r
WHERE ($1::text[] IS NULL OR r.unit = ANY ($1))
  AND r.status = ANY ($2::text[])
  AND ($3::date IS NULL OR r.return_due_on < $3)
  AND ($4::text IS NULL OR coalesce(r.recipient_email, r.requester_email) = $4)
ORDER BY r.waits_since, r.request_id
LIMIT $5::integer

-- name: count_deliveries
SELECT r.status, count(*)::integer AS requests
FROM requests.requests AS r
WHERE ($1::text[] IS NULL OR r.unit = ANY ($1)) AND r.status = ANY ($2::text[])
GROUP BY r.status

-- name: devices_set_aside
-- One that its user confirmed may stand on the shelf for the register still, and so may one that was sent to who leaves.
SELECT successor_device_id FROM requests.requests
WHERE successor_device_id IS NOT NULL AND status NOT IN ('closed', 'refused', 'withdrawn')
UNION
SELECT successor_device_id FROM requests.requests
WHERE successor_device_id IS NOT NULL AND status = 'closed' AND handed_out_at IS NULL
UNION
SELECT device_id FROM requests.requests WHERE reason = 'leaver' AND status = 'return_due' AND device_id IS NOT NULL
