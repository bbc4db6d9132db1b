-- Demand that a planner foresees.

-- name: next_number
SELECT nextval('refresh.demand_numbers')

-- name: add
WITH demand AS (
    INSERT INTO refresh.demands
        (demand_id, reference, cause, kind, unit, quantity, needed_by, reason, added_by, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING demand_id
)
INSERT INTO refresh.demand_places (entry_id, demand_id)
SELECT entry_id, demand_id FROM demand, unnest($11::uuid[]) AS place (entry_id)

-- name: lock
SELECT true FROM refresh.demands WHERE demand_id = $1 FOR UPDATE

-- name: withdraw
UPDATE refresh.demands SET withdrawn_by = $2, withdrawn_at = $3, withdrawal = $4
WHERE demand_id = $1 AND withdrawn_at IS NULL
RETURNING true

-- name: entries_of
SELECT entry_id FROM refresh.demand_places WHERE demand_id = $1

-- name: view
SELECT demand_id, reference, cause, kind, unit, quantity, needed_by, reason, added_by, added_at, withdrawn_by,
       withdrawn_at,
       (SELECT count(*) FROM refresh.queue AS q WHERE q.demand_id = d.demand_id AND q.status = 'queued') AS waiting,
       (SELECT count(*) FROM refresh.queue AS q WHERE q.demand_id = d.demand_id AND q.status = 'planned') AS planned
FROM refresh.demands AS d
WHERE demand_id = $1
