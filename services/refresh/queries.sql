-- What others read of the refresh queue. $1 is always the viewer's units: NULL for all, empty for none.

-- name: queue
-- A place is the rank in the whole queue: the window runs along the index and ends with the last line wanted.
SELECT line.place, entry.device_id, entry.serial, entry.kind, entry.model, entry.unit, entry.rule, entry.reason,
       entry.policy_version, entry.score, entry.score_parts, entry.due_on, entry.demand, entry.status,
       entry.request_reference, entry.waiting_for, entry.cause, entry.line,
       coalesce(entry.wave, CASE WHEN foreseen.quarter = plan.quarter THEN plan.wave END) AS wave,
       coalesce(held.quarter, foreseen.quarter) AS planned_for
FROM (
    SELECT ranked.entry_id, ranked.place
    FROM (
        SELECT entry_id, unit, kind, turn, due_on, row_number() OVER (ORDER BY turn, due_on, entry_id) AS place
        FROM refresh.queue
    ) AS ranked
    WHERE ($1::text[] IS NULL OR ranked.unit = ANY ($1))
      AND ($3::date IS NULL OR ranked.due_on <= $3)
      AND ($4::text IS NULL OR ranked.kind = $4)
      AND ranked.place > $5
    ORDER BY ranked.turn, ranked.due_on, ranked.entry_id
    LIMIT $2
) AS line
JOIN refresh.queue AS entry USING (entry_id)
LEFT JOIN refresh.placements AS held ON entry.wave IS NOT NULL AND held.entry_id = entry.entry_id
LEFT JOIN refresh.plan_in_force AS plan ON entry.status = 'queued'
LEFT JOIN refresh.wave_entries AS foreseen ON foreseen.wave_id = plan.wave_id AND foreseen.entry_id = entry.entry_id
ORDER BY line.place

-- name: planned
SELECT coalesce(entry.wave, CASE WHEN foreseen.quarter = plan.quarter THEN plan.wave END) AS wave,
       coalesce(held.quarter, foreseen.quarter) AS planned_for
FROM refresh.queue AS entry
LEFT JOIN refresh.placements AS held ON entry.wave IS NOT NULL AND held.entry_id = entry.entry_id
LEFT JOIN refresh.plan_in_force AS plan ON entry.status = 'queued'
LEFT JOIN refresh.wave_entries AS foreseen ON foreseen.wave_id = plan.wave_id AND foreseen.entry_id = entry.entry_id
WHERE entry.entry_id = $1

-- name: queue_counts
SELECT entry.kind, entry.cause, date_trunc('month', entry.due_on)::date AS month,
       coalesce(held.quarter, foreseen.quarter) AS planned_for, entry.status, count(*) AS entries
FROM refresh.queue AS entry
LEFT JOIN refresh.placements AS held ON entry.wave IS NOT NULL AND held.entry_id = entry.entry_id
LEFT JOIN refresh.plan_in_force AS plan ON entry.status = 'queued'
LEFT JOIN refresh.wave_entries AS foreseen ON foreseen.wave_id = plan.wave_id AND foreseen.entry_id = entry.entry_id
WHERE ($1::text[] IS NULL OR entry.unit = ANY ($1)) AND ($2::text IS NULL OR entry.kind = $2)
GROUP BY 1, 2, 3, 4, 5
ORDER BY 3, 1, 2, 4, 5

-- name: due_by_month
-- Counted from the judgements, which reach beyond the queue's horizon and are true on any day; entries with a request
-- are counted from the queue, as they may know more than the register has told. Month NULL: overdue.
SELECT CASE WHEN due_on < $2::date THEN NULL ELSE date_trunc('month', due_on)::date END AS month, kind,
       count(*) AS devices
FROM (
    SELECT due_on, kind, unit FROM refresh.queue WHERE request_id IS NOT NULL
    UNION ALL
    SELECT due_on, kind, unit FROM refresh.standing
    WHERE due_on <= $3::date
      AND device_id NOT IN (
          SELECT device_id FROM refresh.queue WHERE request_id IS NOT NULL AND device_id IS NOT NULL
      )
) AS due
WHERE due_on <= $3::date AND ($1::text[] IS NULL OR unit = ANY ($1)) AND ($4::text IS NULL OR kind = $4)
GROUP BY 1, 2
ORDER BY 1, 2

-- name: device_by_serial
-- Of several devices with one serial, the one that is due, else the one last told of.
SELECT device_id FROM refresh.standing
WHERE upper(serial) = upper($2) AND ($1::text[] IS NULL OR unit = ANY ($1))
ORDER BY due_on NULLS LAST, revision DESC, device_id
LIMIT 1

-- name: place
SELECT count(*) + 1
FROM refresh.queue AS ahead, refresh.queue AS mine
WHERE mine.entry_id = $1 AND (ahead.turn, ahead.due_on, ahead.entry_id) < (mine.turn, mine.due_on, mine.entry_id)

-- name: stock_set_aside
SELECT stock_device_id FROM refresh.placements
WHERE stock_device_id IS NOT NULL AND handed_revision IS NULL AND left_revision IS NULL

-- name: lock_placing
-- The lock of whoever decides which device serves whom.
SELECT pg_advisory_xact_lock(hashtext('quartermaster'), hashtext('placing'))
