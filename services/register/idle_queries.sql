-- name: idle_by_unit
-- Devices in use by how many of the limits $2 (days, ascending) they have not checked in for, at $1: a row a unit and
-- step. Kinds of $3 never check in; what no device management ever saw has no moment: both are left out. There is no index, for every check-in would
-- have to keep it: all devices are read once, so ask seldom.
SELECT coalesce(unit, '') AS unit,
       width_bucket(extract(epoch FROM $1::timestamptz - last_seen_at)::float8 / 86400, $2::float8[]) AS step,
       count(*)::integer AS devices
FROM register.devices
WHERE state = 'deployed' AND coalesce(kind, '') <> ALL ($3::text[])
  AND last_seen_at <= $1 - make_interval(secs => ($2::float8[])[1] * 86400)
GROUP BY 1, 2
ORDER BY 1, 2

-- name: idle_counts
-- Devices in use of the units $1 (null: all) by how many of the limits $3 (days, ascending) they have not checked in for,
-- at $2; null for those that no device management ever saw. Kinds of $4 never check in, and are left out.
SELECT width_bucket(extract(epoch FROM $2::timestamptz - last_seen_at)::float8 / 86400, $3::float8[]) AS step,
       count(*)::integer AS devices
FROM register.devices
WHERE state = 'deployed' AND ($1::text[] IS NULL OR unit = ANY ($1)) AND coalesce(kind, '') <> ALL ($4::text[])
GROUP BY 1

-- name: idle_devices
-- The same devices, idle for $3 days or longer, the longest first: $5 of them, past the first $6.
SELECT device_id, serial, asset_tag, kind, model, unit, holder_email, last_seen_at
FROM register.devices
WHERE state = 'deployed' AND ($1::text[] IS NULL OR unit = ANY ($1)) AND coalesce(kind, '') <> ALL ($4::text[])
  AND last_seen_at <= $2::timestamptz - make_interval(secs => $3::float8 * 86400)
ORDER BY last_seen_at, device_id
LIMIT $5::integer OFFSET $6::integer
