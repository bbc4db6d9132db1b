-- name: my_devices
SELECT device_id, serial, asset_tag, kind, manufacturer, model, state, unit, holder_email, os, os_version,
       purchased_on, warranty_ends_on, last_seen_at, NULL::bigint AS cost_pence
FROM register.devices
WHERE holder_email = $1 AND state IN ('deployed', 'in_repair')
ORDER BY kind, serial, device_id

-- name: find_device
-- $1 units (null: all), $2 the viewer's own address, $3 whether prices may be seen, $4 serial, $5 upper-case term
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.manufacturer, d.model, d.state, d.unit, d.holder_email, d.os,
       d.os_version, d.purchased_on, d.warranty_ends_on, d.last_seen_at,
       CASE WHEN $3::boolean THEN d.cost_pence END AS cost_pence,
       CASE WHEN d.state IN ('resold', 'redistributed', 'recycled') THEN
            (SELECT max(w.at) FROM register.words AS w WHERE w.device_id = d.device_id AND w.state = d.state)
       END AS left_at
FROM register.devices AS d
WHERE (d.device_id = (SELECT i.device_id FROM register.identifiers AS i WHERE i.name = $4::text)
       OR (upper(d.asset_tag) = $5::text))
  AND ($1::text[] IS NULL OR d.unit = ANY ($1) OR d.holder_email = $2::text)
ORDER BY d.serial IS NULL, d.device_id
LIMIT 1

-- name: devices_of
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.manufacturer, d.model, d.state, d.unit, d.holder_email, d.os,
       d.os_version, d.purchased_on, d.warranty_ends_on, d.last_seen_at,
       CASE WHEN $3::boolean THEN d.cost_pence END AS cost_pence
FROM register.devices AS d
WHERE d.holder_email = $4::text
  AND ($1::text[] IS NULL OR d.unit = ANY ($1) OR d.holder_email = $2::text)
ORDER BY d.state NOT IN ('deployed', 'in_repair'), d.kind, d.serial, d.device_id
LIMIT 50

-- name: device_by_id
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.manufacturer, d.model, d.state, d.unit, d.holder_email, d.os,
       d.os_version, d.purchased_on, d.warranty_ends_on, d.last_seen_at,
       CASE WHEN $3::boolean THEN d.cost_pence END AS cost_pence,
       CASE WHEN d.state IN ('resold', 'redistributed', 'recycled') THEN
            (SELECT max(w.at) FROM register.words AS w WHERE w.device_id = d.device_id AND w.state = d.state)
       END AS left_at
FROM register.devices AS d
WHERE d.device_id = $4::uuid
  AND ($1::text[] IS NULL OR d.unit = ANY ($1) OR d.holder_email = $2::text)

-- name: device_history
-- What was told by losses and custody stands in it as `before` the state, `after` the number and a sentence.
SELECT h.at, h.field, h.before, h.after, h.source
FROM register.devices AS d
CROSS JOIN LATERAL (
    SELECT at, field, before, after, source, entry FROM register.history WHERE device_id = d.device_id
    UNION ALL
    SELECT at, matter, state, reference || E'\n' || explanation, source, revision
    FROM register.words WHERE device_id = d.device_id
) AS h
WHERE d.device_id = $3::uuid
  AND ($1::text[] IS NULL OR d.unit = ANY ($1) OR d.holder_email = $2::text)
ORDER BY h.at DESC, h.entry DESC
LIMIT $4

-- name: count_cells
-- A cell's unused dimensions are empty, so that one statement serves every breakdown.
SELECT CASE WHEN 'kind' = ANY ($3::text[]) THEN kind ELSE '' END AS kind,
       CASE WHEN 'unit' = ANY ($3) THEN unit ELSE '' END AS unit,
       CASE WHEN 'model' = ANY ($3) THEN model ELSE '' END AS model,
       CASE WHEN 'state' = ANY ($3) THEN state ELSE '' END AS state,
       CASE WHEN 'os' = ANY ($3) THEN os ELSE '' END AS os,
       CASE WHEN 'age' = ANY ($3) THEN purchased_month END AS purchased_month,
       sum(devices)::integer AS devices
FROM register.counts
WHERE devices <> 0
  AND ($1::text[] IS NULL OR unit = ANY ($1))
  AND ($2::text IS NULL OR kind = $2)
  AND state = ANY ($4::text[])
GROUP BY 1, 2, 3, 4, 5, 6

-- name: verify_counts
-- Cells whose incremental count differs from a fresh count. Empty while the register is sound.
SELECT kind, unit, model, state, os, purchased_month,
       coalesce(counted.devices, 0) AS counted, coalesce(fresh.devices, 0) AS fresh
FROM register.counts AS counted
FULL JOIN (
    SELECT coalesce(kind, '') AS kind, coalesce(unit, '') AS unit, coalesce(model, '') AS model, state,
           coalesce(os, '') AS os,
           coalesce(date_trunc('month', purchased_on)::date, date '1900-01-01') AS purchased_month,
           count(*)::integer AS devices
    FROM register.devices GROUP BY 1, 2, 3, 4, 5, 6
) AS fresh USING (kind, unit, model, state, os, purchased_month)
WHERE coalesce(counted.devices, 0) <> coalesce(fresh.devices, 0)

-- name: known_identifiers
SELECT i.name FROM register.identifiers AS i WHERE i.name = ANY ($1::text[])

-- name: names_for_commands
-- $1 the device as it was called when the command was given, $2 its serial's name.
SELECT d.names
FROM register.devices AS d
WHERE d.device_id = coalesce(
    (SELECT known.device_id FROM register.devices AS known WHERE known.device_id = $1::uuid),
    (SELECT i.device_id FROM register.identifiers AS i WHERE i.name = $2::text))
