-- name: idle_by_unit
-- Devices in use by how many of the limits $2 (days, ascending) they have not checked in for, at $1: a row a unit and
-- step. What no device management ever saw has no moment, and is left out. There is no index, for every check-in would
-- have to keep it: all devices are read once, so ask seldom.
SELECT coalesce(unit, '') AS unit,
       width_bucket(extract(epoch FROM $1::timestamptz - last_seen_at)::float8 / 86400, $2::float8[]) AS step,
       count(*)::integer AS devices
FROM register.devices
WHERE state = 'deployed' AND last_seen_at <= $1 - make_interval(secs => ($2::float8[])[1] * 86400)
GROUP BY 1, 2
ORDER BY 1, 2
