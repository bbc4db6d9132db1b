-- name: covered_by
SELECT DISTINCT manager_email FROM requests.covers
WHERE deputy_email = $1 AND ended_at IS NULL AND $2::date BETWEEN from_on AND until_on
ORDER BY manager_email

-- name: deputies_of
SELECT manager_email, deputy_email FROM requests.covers
WHERE manager_email = ANY ($1::text[]) AND ended_at IS NULL AND $2::date BETWEEN from_on AND until_on

-- name: covers_concerning
SELECT cover_id, manager_email, deputy_email, from_on, until_on FROM requests.covers
WHERE (manager_email = $1 OR deputy_email = $1) AND ended_at IS NULL AND until_on >= $2::date
ORDER BY from_on, cover_id

-- name: arranged_before
SELECT true FROM requests.covers WHERE cover_id = $1

-- name: lock_covers
-- Of two covers arranged at once the second ends the first.
SELECT pg_advisory_xact_lock(hashtext('requests covers'), hashtext($1::text))

-- name: insert_cover
INSERT INTO requests.covers (cover_id, manager_email, deputy_email, from_on, until_on, arranged_by, arranged_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING cover_id

-- name: end_covers
UPDATE requests.covers SET ended_at = $2::timestamptz
WHERE manager_email = $1 AND ended_at IS NULL
RETURNING deputy_email
