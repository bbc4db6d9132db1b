-- What others read of waves.

-- name: placed
SELECT device_id, wave_id, wave, attempt, order_id, state = 'ordered' AS ordered, quarter
FROM refresh.placements
WHERE device_id = ANY ($1::uuid[]) AND holds

-- name: awaiting_wave
SELECT entry_id AS device_id FROM refresh.queue WHERE entry_id = ANY ($1::uuid[])
UNION
SELECT device_id FROM refresh.placements WHERE device_id = ANY ($1) AND holds

-- name: set_aside_in
-- $1 a device on the shelf, $2 the device that it may replace.
SELECT wave FROM refresh.placements
WHERE stock_device_id = $1::uuid AND handed_revision IS NULL AND left_revision IS NULL
  AND device_id IS DISTINCT FROM $2::uuid

-- name: waves
-- $2 whether prices may be seen: one kind's sum tells its price.
SELECT wave_id, wave, status, financial_year, quarter, entries, from_stock, ordered,
       CASE WHEN $2::boolean
              OR (SELECT count(DISTINCT placed ->> 'kind') <> 1 FROM jsonb_array_elements(orders) AS placed)
            THEN gross_pence END AS gross_pence,
       proposed_by, proposed_at, decided_by, decided_at, explanation
FROM refresh.waves
ORDER BY number DESC
LIMIT $1

-- name: wave
-- By $1 id or $2 W-number; without either the newest that is not superseded.
SELECT wave_id, wave, status, financial_year, quarter, policy_version, entries, from_stock, ordered, gross_pence,
       gap * 100 AS gap_percent, method, floors_met, proposed_by, proposed_at, decided_by, decided_at, explanation,
       summary, orders, attempt, basis -> 'kinds' AS kinds, (basis ->> 'most_pence')::bigint AS most_pence,
       coalesce(basis -> 'assumed', '[]') AS assumed
FROM refresh.waves
WHERE CASE WHEN $1::uuid IS NOT NULL THEN wave_id = $1
           WHEN $2::text IS NOT NULL THEN wave = $2
           ELSE status <> 'superseded' END
ORDER BY number DESC
LIMIT 1

-- name: wave_entries
-- What left the queue since is told by what the wave keeps of it. $1 units, $2 wave.
SELECT e.place, coalesce(q.serial, s.serial) AS serial, e.kind, coalesce(q.model, s.model) AS model, e.unit, e.line,
       e.demand, coalesce(q.rule, '') AS rule, coalesce(q.due_on, s.due_on, e.delivered_in) AS due_on,
       coalesce(q.score, 0) AS score, e.served_by, e.order_id, shelf.serial AS stock_serial
FROM refresh.wave_entries AS e
JOIN refresh.waves AS w ON w.wave_id = e.wave_id AND w.quarter = e.quarter
LEFT JOIN refresh.queue AS q USING (entry_id)
LEFT JOIN refresh.standing AS s ON s.device_id = e.entry_id
LEFT JOIN refresh.standing AS shelf ON shelf.device_id = e.stock_device_id
WHERE e.wave_id = $2 AND ($1::text[] IS NULL OR e.unit = ANY ($1))
ORDER BY e.place
