-- Statements of imports.

-- name: keep_mapping
INSERT INTO mappings (source, sha256, mapping) VALUES ($1, $2, $3)
ON CONFLICT (source, sha256) DO UPDATE SET kept_at = clock_timestamp()

-- name: newest_mapping
SELECT mapping FROM mappings WHERE source = $1 ORDER BY kept_at DESC LIMIT 1

-- name: find
SELECT as_of, ordinal, accept_refused, rows_total, rows_done, rows_accepted, rows_repeated, rows_left_out,
       rows_refused, finished_at
FROM imports WHERE import_id = $1

-- name: begin
-- A file that is imported again begins anew, as the source's latest.
INSERT INTO imports AS i (import_id, source, file_name, file_sha256, mapping_sha256, as_of, accept_refused, rows_total,
                          ordinal)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, coalesce(max(ordinal), 0) + 1 FROM imports WHERE source = $2
ON CONFLICT (import_id) DO UPDATE
SET accept_refused = excluded.accept_refused, rows_total = excluded.rows_total, ordinal = excluded.ordinal,
    rows_done = 0, rows_accepted = 0, rows_repeated = 0, rows_left_out = 0, rows_refused = 0,
    started_at = now(), moved_at = now(), finished_at = NULL
RETURNING ordinal

-- name: move
UPDATE imports
SET rows_done = rows_done + $2, rows_accepted = rows_accepted + $3, rows_repeated = rows_repeated + $4,
    rows_left_out = rows_left_out + $5, rows_refused = rows_refused + $6, moved_at = now()
WHERE import_id = $1 AND rows_done = $7
RETURNING 1

-- name: finish
UPDATE imports SET finished_at = now() WHERE import_id = $1

-- name: heard
SELECT event_key FROM inbox WHERE event_key = ANY ($1::uuid[])
