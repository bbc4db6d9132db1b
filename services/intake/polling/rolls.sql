-- Who was on a list.

-- name: enrol
INSERT INTO rolls (feed, key, reading)
SELECT $1, key, $3 FROM unnest($2::text[]) AS key
ORDER BY key
ON CONFLICT (feed, key) DO UPDATE SET reading = excluded.reading WHERE rolls.reading <> excluded.reading

-- name: strike
DELETE FROM rolls WHERE feed = $1 AND key = ANY ($2::text[])

-- name: strike_absent
DELETE FROM rolls
WHERE feed = $1 AND key IN (
    SELECT key FROM rolls WHERE feed = $1 AND reading <> $2 ORDER BY key LIMIT $3
)
RETURNING key
