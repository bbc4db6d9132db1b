-- name: open_alerts
-- $1 the viewer's address, $2 that and those of whom they cover for, $3 their units (null: all), $4 whether they see
-- budgets, $5 whether they see prices. What is snoozed comes last.
SELECT *
FROM watch.alerts AS alert
WHERE cleared_at IS NULL AND watch.may_see(alert, $1::text, $2::text[], $3::text[], $4::boolean, $5::boolean)
ORDER BY snoozed_until IS NOT NULL, CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
         raised_at DESC, key

-- name: one_alert
-- $6 the key, $7 the episode.
SELECT *
FROM watch.alerts AS alert
WHERE key = $6::text AND episode = $7::integer
  AND watch.may_see(alert, $1::text, $2::text[], $3::text[], $4::boolean, $5::boolean)

-- name: held_alert
-- The same, held until the transaction ends.
SELECT *
FROM watch.alerts AS alert
WHERE key = $6::text AND episode = $7::integer
  AND watch.may_see(alert, $1::text, $2::text[], $3::text[], $4::boolean, $5::boolean)
FOR UPDATE
