-- name: newly_held
-- Of pairs of a device ($1) and an address ($2) those where the device came from the shelf into use after $3, and was not
-- known to be this person's before that, nor to have been given up by them by $4.
SELECT asked.device_id, asked.email
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS asked (device_id, email, since, at)
WHERE EXISTS (
    SELECT FROM register.history AS h
    WHERE h.device_id = asked.device_id AND h.field = 'state' AND h.before IN ('ordered', 'in_stock')
      AND h.after = 'deployed' AND h.at >= asked.since
) AND NOT EXISTS (
    SELECT FROM register.history AS h
    WHERE h.device_id = asked.device_id AND h.field = 'holder_email'
      AND ((lower(h.after) = asked.email AND h.at < asked.since) OR (lower(h.before) = asked.email AND h.at <= asked.at))
)

-- name: held_by
-- $1 units (null: all), $2 the holder's address.
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.unit
FROM register.devices AS d
WHERE d.holder_email = $2 AND d.state IN ('deployed', 'in_repair') AND ($1::text[] IS NULL OR d.unit = ANY ($1))
ORDER BY d.kind, d.serial, d.device_id
