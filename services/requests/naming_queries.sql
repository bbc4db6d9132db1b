-- name: requests_about
SELECT request_id, reference FROM requests.requests
WHERE device_id = $1::uuid OR successor_device_id = $1
ORDER BY raised_at DESC
LIMIT $2::integer

-- name: requests_of
SELECT request_id, reference FROM requests.requests
WHERE requester_email = $1::text OR recipient_email = $1
ORDER BY raised_at DESC
LIMIT $2::integer

-- name: asked_before
-- Of the devices $1 the open request (in one of the states $2), and when its holder last said that they still need it.
SELECT r.device_id, max(r.reference) FILTER (WHERE r.status = ANY ($2::text[])) AS reference, max(kept.at) AS kept_at
FROM requests.requests AS r
LEFT JOIN requests.timeline AS kept
       ON kept.request_id = r.request_id AND r.reason = 'reclaim' AND r.status = 'withdrawn' AND kept.cause LIKE 'keep/%'
WHERE r.device_id = ANY ($1::uuid[]) AND (r.status = ANY ($2) OR r.reason = 'reclaim')
GROUP BY r.device_id
