-- What waits on people for long. For watch.

-- name: decisions_waiting
-- What waits on who is to decide since $1 or longer: a row a person, with the $2 that have waited longest. The first
-- condition is implied by the second, and has an index.
SELECT approver_email AS email, count(*)::integer AS number, min(since) AS oldest_at,
       (array_agg(reference ORDER BY since, request_id))[1:$2::integer] AS longest
FROM (
    SELECT lower(approver_email) AS approver_email, reference, request_id, greatest(waits_since, asked_at) AS since
    FROM requests.requests
    WHERE status = 'waiting_for_approval' AND waits_since <= $1::timestamptz
) AS waiting
WHERE since <= $1
GROUP BY approver_email
ORDER BY approver_email

-- name: deliveries_waiting
-- What nobody has moved on since its state's moment ($1 states, $2 moments): a row a state, with the $3 that have waited
-- longest.
SELECT r.status, count(*)::integer AS number, min(r.waits_since) AS oldest_at,
       (array_agg(r.reference ORDER BY r.waits_since, r.request_id))[1:$3::integer] AS longest
FROM unnest($1::text[], $2::timestamptz[]) AS wanted (status, before)
JOIN requests.requests AS r ON r.status = wanted.status AND r.waits_since <= wanted.before
WHERE r.status IN ('waiting_for_approval', 'waiting_for_money', 'ordered', 'allocated', 'shipped')
GROUP BY r.status
ORDER BY r.status
