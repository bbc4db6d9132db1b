-- name: losses
-- $1 units (null: all), $2 the viewer's own address; then what is looked for, each null where it does not matter:
-- $3 ids, $4 reference, $5 only open ones, $6 how many, $7 device, $8 serial in capitals
SELECT l.*, t.at, t.what, t.who
FROM losses.losses AS l
CROSS JOIN LATERAL (
    -- Device management's clock may be behind ours: nothing stands before the report.
    SELECT array_agg(at ORDER BY at, entry) AS at, array_agg(what ORDER BY at, entry) AS what,
           array_agg(who ORDER BY at, entry) AS who
    FROM (
        SELECT greatest(line.at, l.reported_at) AS at, line.entry, line.what, line.who
        FROM losses.timeline AS line WHERE line.loss_id = l.loss_id
    ) AS lines
) AS t
WHERE ($1::text[] IS NULL OR l.unit = ANY ($1) OR l.holder_email = $2::text OR l.reporter_email = $2)
  AND ($3::uuid[] IS NULL OR l.loss_id = ANY ($3))
  AND ($4::text IS NULL OR l.reference = $4)
  AND (NOT $5::boolean OR l.state NOT IN ('written_off', 'found'))
  AND ($7::uuid IS NULL OR l.device_id = $7)
  AND ($8::text IS NULL OR upper(l.serial) = $8)
ORDER BY l.reported_at, l.loss_id
LIMIT $6::integer
