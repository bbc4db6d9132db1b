-- name: keep_records
-- The first word is when it came back or was lost, whatever order words come in.
INSERT INTO watch.records AS r (record_id, matter, reference, revision, state, serial, unit, began_at)
SELECT DISTINCT ON (record_id) record_id, matter, reference, revision, state, serial, unit,
       min(at) OVER (PARTITION BY record_id)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
     AS told (record_id, matter, reference, revision, state, serial, unit, at)
ORDER BY record_id, revision DESC
ON CONFLICT (record_id) DO UPDATE
SET began_at = least(r.began_at, excluded.began_at),
    revision = greatest(r.revision, excluded.revision),
    state = CASE WHEN excluded.revision > r.revision THEN excluded.state ELSE r.state END,
    serial = CASE WHEN excluded.revision > r.revision THEN excluded.serial ELSE r.serial END,
    unit = CASE WHEN excluded.revision > r.revision THEN excluded.unit ELSE r.unit END

-- name: unsanitised
SELECT count(*)::integer AS number, min(began_at) AS oldest_at,
       (array_agg(reference ORDER BY began_at, record_id))[1] AS oldest
FROM watch.records
WHERE matter = 'custody' AND began_at < $1 AND state = ANY ($2::text[])

-- name: failed_wipes
SELECT matter, reference, serial, unit FROM watch.records WHERE state = 'wipe_failed' ORDER BY reference
