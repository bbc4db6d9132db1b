-- A wave's decision. The caller holds the transaction.

-- name: placing
-- The budget holds the same lock, shared, while it commits requests.
SELECT pg_advisory_xact_lock(hashtext('quartermaster'), hashtext('placing'))

-- name: lock_wave
SELECT wave_id, wave, status, attempt, financial_year, quarter, summary, basis
FROM refresh.waves
WHERE wave_id = $1
FOR UPDATE

-- name: drop_out
-- $1 wave, $2 its quarter, $3 devices that somebody asked to replace, $4, $5 kinds asked for and bought instead,
-- $6 devices on the shelf that requests have set aside.
-- NOT IN is hashed whatever is known of the tables' sizes; a wave just proposed is in no statistics yet.
WITH stays AS (
    SELECT e.entry_id
    FROM refresh.wave_entries AS e
    JOIN refresh.queue AS q ON q.entry_id = e.entry_id AND q.line = e.line
    JOIN unnest($4::text[], $5::text[]) AS instead (asked, bought) ON instead.asked = q.kind AND instead.bought = e.kind
    WHERE e.wave_id = $1 AND e.quarter = $2 AND q.status = 'queued' AND q.request_id IS NULL
      AND (q.device_id IS NULL OR q.device_id NOT IN (SELECT unnest($3::uuid[])))
      AND (e.served_by = 'order' OR EXISTS (
          SELECT FROM refresh.standing AS shelf
          WHERE shelf.device_id = e.stock_device_id AND shelf.state = 'in_stock' AND shelf.kind = e.kind
            AND shelf.device_id <> ALL ($6::uuid[])
            AND NOT EXISTS (
                SELECT FROM refresh.placements AS p
                WHERE p.stock_device_id = shelf.device_id AND p.handed_revision IS NULL AND p.left_revision IS NULL
            )
      ))
), gone AS (
    DELETE FROM refresh.wave_entries AS e
    WHERE e.wave_id = $1 AND e.quarter = $2 AND NOT EXISTS (SELECT FROM stays WHERE stays.entry_id = e.entry_id)
    RETURNING line, kind, unit
)
SELECT line, kind, coalesce(unit, '') AS unit, count(*) AS entries FROM gone GROUP BY 1, 2, 3

-- name: shares
SELECT order_id, line, kind, unit, demand, count(*)::integer AS quantity
FROM refresh.wave_entries
WHERE wave_id = $1 AND quarter = $2 AND served_by = 'order'
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4 NULLS FIRST, 5

-- name: place
-- An older place that holds no more (its device left the shelf) gives way.
INSERT INTO refresh.placements AS held
    (entry_id, device_id, wave_id, wave, attempt, quarter, kind, state, order_id, stock_device_id, stock_revision)
SELECT e.entry_id, q.device_id, $1, $3::text, $4::integer, $2, e.kind, $5::text, e.order_id, e.stock_device_id,
       shelf.revision
FROM refresh.wave_entries AS e
JOIN refresh.queue AS q USING (entry_id)
LEFT JOIN refresh.standing AS shelf ON shelf.device_id = e.stock_device_id
WHERE e.wave_id = $1 AND e.quarter = $2
ON CONFLICT (entry_id) DO UPDATE
SET device_id = excluded.device_id, wave_id = excluded.wave_id, wave = excluded.wave, attempt = excluded.attempt,
    quarter = excluded.quarter, kind = excluded.kind, state = excluded.state, order_id = excluded.order_id,
    stock_device_id = excluded.stock_device_id, stock_revision = excluded.stock_revision,
    handed_revision = NULL, left_revision = NULL
RETURNING entry_id, device_id

-- name: release
UPDATE refresh.waves
SET status = $2::text, attempt = $3::integer, entries = $4::integer + $5::integer, from_stock = $4, ordered = $5,
    gross_pence = $6::bigint, summary = $7::jsonb, orders = $8::jsonb, explanation = $9::text, decided_by = $10::text,
    decided_at = $11::timestamptz
WHERE wave_id = $1

-- name: send_back
UPDATE refresh.waves
SET status = 'sent_back', explanation = $2::text, decided_by = $3::text, decided_at = $4::timestamptz
WHERE wave_id = $1

-- name: proposing
SELECT pg_advisory_xact_lock(hashtext('quartermaster refresh'), hashtext('proposing'))

-- name: next_number
SELECT nextval('refresh.wave_numbers')

-- name: supersede
WITH old AS (
    UPDATE refresh.waves SET status = 'superseded'
    WHERE quarter <= $1::date AND status IN ('proposed', 'refused', 'sent_back')
    RETURNING wave_id
)
DELETE FROM refresh.wave_entries USING old WHERE wave_entries.wave_id = old.wave_id

-- name: insert_wave
INSERT INTO refresh.waves
    (wave_id, number, wave, status, financial_year, quarter, policy_version, entries, from_stock, ordered, gross_pence,
     gap, method, floors_met, summary, basis, orders, proposed_by, proposed_at)
VALUES ($1, $2, $3, 'proposed', $4, $5, $6, 0, 0, 0, 0, $7, $8, $9, '{}', $10::jsonb, '[]', $11, $12)

-- name: count_wave
UPDATE refresh.waves
SET entries = $2::integer + $3::integer, from_stock = $2, ordered = $3, gross_pence = $4::bigint, summary = $5::jsonb,
    orders = $6::jsonb
WHERE wave_id = $1
