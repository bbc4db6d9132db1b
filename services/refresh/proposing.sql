-- What a plan is made from, and the entries it serves.

-- name: groups
-- $1, $2 kinds asked for and bought instead, $3 devices that somebody asked to replace, $4 first days of quarters, $5 today
SELECT line, kind, unit, need, earliest, max(score) AS score, count(*) AS count
FROM refresh.plannable($1::text[], $2::text[], $3::uuid[], $4::date[], $5::date)
GROUP BY line, kind, unit, need, earliest
ORDER BY line, kind, unit, need, earliest

-- name: shelf
-- What is set aside for an entry, or for a request ($3), is not there for another.
SELECT device_id, kind, model, os, os_version, purchased_on
FROM refresh.standing AS shelf
WHERE state = 'in_stock' AND kind = ANY ($1::text[]) AND purchased_on > $2::date
  AND device_id <> ALL ($3::uuid[])
  AND NOT EXISTS (
      SELECT FROM refresh.placements AS p
      WHERE p.stock_device_id = shelf.device_id AND p.handed_revision IS NULL AND p.left_revision IS NULL
  )

-- name: released_orders
SELECT orders FROM refresh.waves WHERE status = 'released' AND financial_year = $1

-- name: capacity_taken
SELECT e.delivered_in, e.kind, count(*) AS entries
FROM refresh.wave_entries AS e
JOIN refresh.waves AS w USING (wave_id)
WHERE w.status IN ('released', 'committed') AND e.quarter = w.quarter AND e.delivered_in >= $1::date
GROUP BY 1, 2

-- name: keep_entries
-- $1 to $5 as in groups; $6 wave; $7 to $17 the choices; $18 to $20 the shelf; $21 the wave's own quarter.
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY line, kind, unit, need, earliest ORDER BY turn, due_on, entry_id) AS n
    FROM refresh.plannable($1::text[], $2::text[], $3::uuid[], $4::date[], $5::date)
), chosen AS (
    SELECT ranked.*, choice.quarter, choice.delivered_in, choice.served_by, choice.order_id,
           row_number() OVER (ORDER BY turn, due_on, entry_id) AS place,
           row_number() OVER (PARTITION BY kind, choice.served_by, choice.quarter ORDER BY turn, due_on, entry_id)
           AS taken
    FROM ranked
    JOIN unnest($7::text[], $8::text[], $9::text[], $10::integer[], $11::integer[], $12::integer[], $13::integer[],
                $14::date[], $15::date[], $16::text[], $17::text[])
         AS choice (line, kind, unit, need, earliest, first, last, quarter, delivered_in, served_by, order_id)
         USING (line, kind, unit, need, earliest)
    WHERE ranked.n BETWEEN choice.first AND choice.last
)
INSERT INTO refresh.wave_entries
    (wave_id, entry_id, place, quarter, delivered_in, line, kind, unit, demand, served_by, order_id, stock_device_id)
SELECT $6::uuid, entry_id, place, quarter, delivered_in, line, kind, nullif(unit, ''), demand, served_by, order_id,
       CASE WHEN served_by = 'stock' AND quarter = $21::date THEN shelf.device_id END
FROM chosen
LEFT JOIN unnest($18::text[], $19::bigint[], $20::uuid[]) AS shelf (kind, taken, device_id) USING (kind, taken)

-- name: served
SELECT line, kind, coalesce(unit, ''), quarter, served_by, count(*)
FROM refresh.wave_entries
WHERE wave_id = $1
GROUP BY 1, 2, 3, 4, 5
