-- Reads of dead letters wherever they lie; to be seen by planners, directors and auditors only.

-- name: groups
-- $1 whether the viewer may look, $2 a service, a source or its beginning (null: all), $3 how many.
SELECT service, source, reason, reason_key, letters, seen, first_seen, last_seen, latest, count(*) OVER () AS groups
FROM eventlog.dead_letter_groups()
WHERE $1::boolean
  AND ($2::text IS NULL OR $2 IN (service, source, split_part(source, '/', 1))
       OR (source LIKE 'log:%' AND right(source, length($2) + 1) IN ('.' || $2, ':' || $2)))
ORDER BY last_seen DESC, service, source, reason
LIMIT $3

-- name: group
SELECT service, source, reason, reason_key, letters, seen, first_seen, last_seen, latest, 1 AS groups
FROM eventlog.dead_letter_groups()
WHERE $1::boolean AND service = $2 AND reason_key = $3

-- name: letters
-- $1 whether the viewer may look, $2 fingerprint, $3 how many bytes of it, $4 service (null: any).
SELECT service, fingerprint, source, reason, context, beginning, size, first_seen, last_seen, seen, settled_at,
       settled_as, forgotten_at
FROM eventlog.dead_letter($2, $3)
WHERE $1::boolean AND ($4::text IS NULL OR service = $4)
ORDER BY service

-- name: stores
SELECT equipped FROM eventlog.equipped()
