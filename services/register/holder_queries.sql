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

-- name: beyond
-- How many of a kind people hold, of the units $1 (null: all): those with more than the least that anybody may hold, which
-- is for each of the kinds $2 one of $3.
SELECT d.holder_email AS email, d.kind, count(*)::integer AS devices
FROM register.devices AS d
JOIN unnest($2::text[], $3::integer[]) AS least (kind, number) USING (kind)
WHERE d.holder_email IS NOT NULL AND d.state IN ('deployed', 'in_repair') AND ($1::text[] IS NULL OR d.unit = ANY ($1))
GROUP BY d.holder_email, d.kind, least.number
HAVING count(*) > least.number

-- name: held_of
-- What the people $2 hold of the kinds beside them, $3; what was not seen for longest first.
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.model, d.unit, d.holder_email, d.last_seen_at
FROM unnest($2::text[], $3::text[]) AS over (email, kind)
JOIN register.devices AS d ON d.holder_email = over.email AND d.kind = over.kind
WHERE d.state IN ('deployed', 'in_repair') AND ($1::text[] IS NULL OR d.unit = ANY ($1))
ORDER BY d.holder_email, d.kind, d.last_seen_at NULLS FIRST, d.device_id
