-- name: requests
-- $1 units (null: all), $2 the viewer's own address; then what is looked for, each null where it does not matter:
-- $3 id, $4 reference, $5 statuses, $6 only one's own, $7 only those waiting for this viewer, $8 how many, $9 the units
-- that the viewer decides for (null: all), $10 whom the viewer may be named for: themselves, and those they cover for
SELECT r.request_id, r.reference, r.requester_email, r.requester_name, r.unit, r.kind, r.reason, r.device_id, r.serial,
       r.explanation, r.needed_by, r.accessibility_needs, r.delivery_place, r.status, r.verdict, r.approver_email,
       r.decided_by, r.decided_at, r.refusal, r.raised_at, r.revision, r.recipient_email, r.recipient_name,
       r.verdict_kind, r.wave_month, r.since, r.photos, r.assistive_technology, r.question, r.answer, r.waits_since,
       r.chases, r.successor_device_id, r.successor_serial, r.from_stock, r.carrier, r.tracking, r.shipped_at,
       r.delivered_at, r.received_at, r.checked_at, r.checked_by, r.old_back_at, r.return_due_on,
       r.otherwise_device_id, r.otherwise_serial, r.otherwise_at, d.ticket, d.state AS ticket_state, d.link AS ticket_link,
       e.ending, e.ended_by, t.at, t.what, t.who
FROM requests.requests AS r
LEFT JOIN requests.desk_tickets AS d ON d.request_id = r.request_id
LEFT JOIN LATERAL (
    -- Why it came to nothing, which stands in its timeline.
    SELECT line.what AS ending, line.who AS ended_by
    FROM requests.timeline AS line
    WHERE line.request_id = r.request_id AND r.status IN ('withdrawn', 'closed')
      AND split_part(line.cause, '/', 1) IN ('withdraw', 'cancel', 'leave', 'keep', 'call_off')
    ORDER BY line.entry DESC
    LIMIT 1
) AS e ON true
CROSS JOIN LATERAL (
    -- The service desk's clock may be behind ours: nothing stands before the asking.
    -- Nor, within a second, before what was written before it: desks tell no fractions.
    SELECT array_agg(at ORDER BY date_trunc('second', at), entry) AS at,
           array_agg(what ORDER BY date_trunc('second', at), entry) AS what,
           array_agg(who ORDER BY date_trunc('second', at), entry) AS who
    FROM (
        SELECT greatest(line.at, r.raised_at) AS at, line.entry, line.what, line.who
        FROM requests.timeline AS line WHERE line.request_id = r.request_id
    ) AS lines
) AS t
WHERE ($1::text[] IS NULL OR r.unit = ANY ($1) OR r.requester_email = $2::text
       OR r.recipient_email = $2 OR r.approver_email = ANY ($10::text[]))
  AND ($3::uuid IS NULL OR r.request_id = $3)
  AND ($4::text IS NULL OR r.reference = $4)
  AND ($5::text[] IS NULL OR r.status = ANY ($5))
  AND (NOT $6::boolean OR r.requester_email = $2 OR r.recipient_email = $2)
  AND (NOT $7::boolean OR (r.requester_email <> $2 AND r.recipient_email IS DISTINCT FROM $2
                           AND ($9::text[] IS NULL OR r.unit = ANY ($9)
                                OR r.approver_email = ANY ($10))))
ORDER BY ($7 AND r.approver_email = ANY ($10)) DESC, r.raised_at, r.request_id
LIMIT $8::integer

-- name: device_lines
-- Requests that replace this device, or that it serves. $1 units (null: all), $2 the viewer's own address. What people
-- wrote to one another stands in the request alone.
SELECT greatest(line.at, r.raised_at) AS at, r.reference,
       CASE WHEN split_part(line.cause, '/', 1) IN ('ask', 'answer', 'insist', 'not_repaired', 'refuse', 'leave',
                                                   'keep')
            THEN split_part(line.what, ':', 1) ELSE line.what END AS what
FROM requests.requests AS r
JOIN requests.timeline AS line USING (request_id)
WHERE (r.device_id = $3::uuid OR r.successor_device_id = $3)
  AND ($1::text[] IS NULL OR r.unit = ANY ($1) OR r.requester_email = $2::text
       OR r.recipient_email = $2 OR r.approver_email = $2)
ORDER BY 1 DESC, line.entry DESC
LIMIT $4

-- name: devices_with_open_request
SELECT device_id FROM requests.requests WHERE device_id IS NOT NULL AND status = ANY ($1::text[])

-- name: unchecked_devices
SELECT device_id FROM requests.requests
WHERE device_id = ANY ($1::uuid[]) AND status = ANY ($2::text[]) AND accessibility_needs AND checked_at IS NULL
