-- What others read of planned demand.

-- name: demands
-- $1 units (NULL: all), $2 id or NULL: then what still has entries in the queue, $3 how many.
SELECT d.demand_id, d.reference, d.cause, d.kind, d.unit, d.quantity, d.needed_by, d.reason, d.added_by, d.added_at,
       d.withdrawn_by, d.withdrawn_at, q.waiting, q.planned
FROM refresh.demands AS d
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status = 'queued') AS waiting, count(*) FILTER (WHERE status = 'planned') AS planned
    FROM refresh.queue WHERE queue.demand_id = d.demand_id
) AS q
WHERE ($1::text[] IS NULL OR d.unit = ANY ($1))
  AND CASE WHEN $2::uuid IS NULL THEN q.waiting + q.planned > 0 ELSE d.demand_id = $2 END
ORDER BY d.needed_by, d.reference
LIMIT $3

-- name: demand_id_of
-- $1 units (NULL: all), $2 reference.
SELECT demand_id FROM refresh.demands
WHERE reference = $2::text AND ($1::text[] IS NULL OR unit = ANY ($1))
