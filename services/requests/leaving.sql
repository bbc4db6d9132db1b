-- Somebody leaves: what they asked for ends, what they hold is due back.

-- name: asked_for
-- Requests for somebody ($1) in these states ($2), of these units ($3, null: all), but those by which they hand back.
SELECT request_id FROM requests.requests
WHERE (recipient_email = $1::text OR (recipient_email IS NULL AND requester_email = $1))
  AND status = ANY ($2::text[]) AND reason <> 'leaver' AND ($3::text[] IS NULL OR unit = ANY ($3))

-- name: handed_out
-- What was sent to them is on no shelf, whatever the register says: it is due back from them.
UPDATE requests.requests SET handed_out_at = coalesce(handed_out_at, $2::timestamptz)
WHERE request_id = ANY ($1::uuid[])

-- name: spoken_for
SELECT device_id, reference, reason FROM requests.requests
WHERE device_id = ANY ($1::uuid[]) AND status = ANY ($2::text[])

-- name: no_choice
-- What a manager had asked for back from who leaves now is due back as all they hold.
UPDATE requests.requests SET reason = 'leaver' WHERE request_id = ANY ($1::uuid[])
