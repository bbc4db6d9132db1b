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
