-- name: insert_missing
INSERT INTO desk.tickets (request_id, reference, wanted, wanted_revision)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::integer[]) AS told(request_id, reference, wanted, revision)
ORDER BY request_id
ON CONFLICT DO NOTHING

-- name: lock_tickets
-- The rows of requests, and of what the desk told of: by its own record, or by what we wrote into the ticket.
SELECT request_id, reference, wanted, wanted_revision, sent_revision, desk, record, ticket, link, state, state_at,
       revision
FROM desk.tickets
WHERE request_id = ANY ($1::uuid[])
   OR reference = ANY ($2::text[])
   OR (desk, record) IN (SELECT * FROM unnest($3::text[], $4::text[]))
ORDER BY request_id
FOR UPDATE

-- name: want
-- A row that waits for its turn keeps its turn; one that was in step is due now.
UPDATE desk.tickets AS t
SET wanted = told.wanted, wanted_revision = told.revision,
    next_try_at = CASE WHEN told.revision > t.sent_revision THEN coalesce(t.next_try_at, now()) ELSE t.next_try_at END,
    waiting_since = CASE WHEN told.revision > t.sent_revision THEN coalesce(t.waiting_since, now()) END
FROM unnest($1::uuid[], $2::jsonb[], $3::integer[]) AS told(request_id, wanted, revision)
WHERE t.request_id = told.request_id

-- name: hear
-- A ticket that the desk opened again is told what it missed; one that we did not know of has been told the beginning.
UPDATE desk.tickets AS t
SET desk = seen.desk, record = seen.record, ticket = seen.ticket, link = seen.link, state = seen.state,
    state_at = seen.state_at, revision = seen.revision, sent_revision = greatest(t.sent_revision, $9::integer),
    next_try_at = CASE WHEN t.wanted_revision > greatest(t.sent_revision, $9) AND seen.state <> ALL ($10::text[])
                       THEN coalesce(t.next_try_at, now()) ELSE t.next_try_at END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::integer[])
     AS seen(request_id, desk, record, ticket, link, state, state_at, revision)
WHERE t.request_id = seen.request_id

-- name: claim
-- One row that is due, out of reach of others for as long as its sender may take ($3; $4 where a ticket may come of
-- it). Answers whether an earlier attempt is in doubt. A ticket at another desk than this ($2) is left alone.
UPDATE desk.tickets AS t
SET claim = $1::uuid, doubtful = true, attempts = t.attempts + 1,
    next_try_at = now() + CASE WHEN t.record IS NULL THEN $4::interval ELSE $3::interval END
FROM (
    SELECT request_id, doubtful FROM desk.tickets
    WHERE next_try_at <= now() AND (desk IS NULL OR desk = $2::text)
    ORDER BY next_try_at, request_id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS due
WHERE t.request_id = due.request_id
RETURNING t.request_id, t.reference, t.wanted, t.wanted_revision, t.sent_revision, t.record, t.attempts,
          due.doubtful AS in_doubt

-- name: lock_claimed
SELECT request_id, reference, wanted, wanted_revision, sent_revision, desk, record, ticket, link, state, state_at,
       revision
FROM desk.tickets WHERE request_id = $1::uuid AND claim = $2::uuid
FOR UPDATE

-- name: in_step
-- $2 is what has been sent. What was wanted meanwhile is due at once, unless the desk has ended the ticket.
UPDATE desk.tickets
SET sent_revision = $2::integer, claim = NULL, doubtful = false, attempts = 0, parked = false, last_error = NULL,
    next_try_at = CASE WHEN wanted_revision > $3::integer THEN now() END,
    waiting_since = CASE WHEN wanted_revision > $3 THEN waiting_since END
WHERE request_id = $1::uuid

-- name: try_again
UPDATE desk.tickets
SET claim = NULL, doubtful = $3::boolean, last_error = $4::text, parked = $5::boolean,
    next_try_at = now() + $6::interval
WHERE request_id = $1::uuid AND claim = $2::uuid

-- name: unpark
UPDATE desk.tickets SET next_try_at = now() + CASE WHEN doubtful THEN $1::interval ELSE interval '0' END
WHERE parked AND claim IS NULL AND next_try_at > now() + $1

-- name: measure
SELECT count(*) FILTER (WHERE parked) AS parked, count(*) FILTER (WHERE waiting_since IS NOT NULL) AS waiting,
       coalesce(extract(epoch FROM now() - min(waiting_since)), 0)::float8 AS oldest_seconds
FROM desk.tickets WHERE next_try_at IS NOT NULL
