-- name: records_of
SELECT DISTINCT record_id, reference FROM register.words WHERE device_id = $1::uuid ORDER BY reference

-- name: reported_gone
-- Of the devices $1 those with a loss that nobody has found or written off, by its latest word.
SELECT device_id, min(reference) AS reference
FROM (
    SELECT DISTINCT ON (device_id, record_id) device_id, reference, state
    FROM register.words WHERE device_id = ANY ($1::uuid[]) AND matter = 'loss'
    ORDER BY device_id, record_id, revision DESC
) AS latest
WHERE state NOT IN ('found', 'written_off')
GROUP BY device_id
