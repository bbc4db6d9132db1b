-- name: shelf
-- $1 kind, $2 devices that are spoken for, $3 bought on this day or after it (null: whenever), $4 how many. The newest
-- comes first; of what nobody knows the age of, last.
SELECT device_id, serial, model, purchased_on
FROM register.devices
WHERE state = 'in_stock' AND kind = $1 AND serial IS NOT NULL AND NOT device_id = ANY ($2::uuid[])
  AND ($3::date IS NULL OR purchased_on IS NULL OR purchased_on >= $3)
ORDER BY purchased_on DESC NULLS LAST, device_id
LIMIT $4
