-- Since when a request waits on the person who is to decide now, and an index for what waits for long.
-- depends: requests-0005-waiting

-- When the clock handed it to the present approver; null: it waits on its first one since `waits_since`. An answer to a
-- question begins a new wait, so of the two the later holds. Code of the release before writes none: who is asked then
-- counts as asked since the wait began.
ALTER TABLE requests.requests ADD COLUMN asked_at timestamptz;

UPDATE requests.requests AS r
SET asked_at = handed.at
FROM (SELECT request_id, max(at) AS at FROM requests.timeline WHERE cause LIKE 'escalate/%' GROUP BY request_id) AS handed
WHERE handed.request_id = r.request_id AND r.status = 'waiting_for_approval';

CREATE INDEX requests_waiting_long ON requests.requests (status, waits_since)
    WHERE status IN ('waiting_for_approval', 'waiting_for_money', 'ordered', 'allocated', 'shipped');
