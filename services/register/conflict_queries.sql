-- name: conflicts
-- $1 units (null: all), $2 one conflict by its id (null: all that are open), $3 how many
SELECT c.conflict, c.serial, c.scheme, c.claimants, c.found_at, c.ruling, c.ruled_by, c.ruled_at, c.split_off,
       d.device_id, d.unit
FROM register.conflicts AS c
JOIN register.identifiers AS i ON i.name = c.serial
JOIN register.devices AS d USING (device_id)
WHERE ($1::text[] IS NULL OR d.unit = ANY ($1))
  AND CASE WHEN $2::text IS NULL THEN c.ruling IS NULL ELSE c.conflict = $2 END
ORDER BY c.found_at, c.conflict
LIMIT $3

-- name: open_conflicts_number
SELECT count(*)
FROM register.conflicts AS c
JOIN register.identifiers AS i ON i.name = c.serial
JOIN register.devices AS d USING (device_id)
WHERE c.ruling IS NULL AND ($1::text[] IS NULL OR d.unit = ANY ($1))

-- name: claims
SELECT name, first_seen_at, facts FROM register.claims WHERE name = ANY ($1::text[])
