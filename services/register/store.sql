-- name: known
-- The devices known by these names, each name with its device. Nothing is locked: who writes compares versions.
SELECT i.name AS looked_up, d.device_id, d.names, d.state, d.revision, d.version, d.weights, d.battery_weight,
       d.serial, d.asset_tag, d.kind, d.manufacturer, d.model, d.os, d.os_version, d.recorded_state, d.unit,
       d.holder_email, d.purchased_on, d.warranty_ends_on, d.cost_pence, d.compliant, d.last_seen_at,
       d.in_use_at, d.wiped_at, d.battery_health_percent, d.first_seen_at, d.ending
FROM register.identifiers AS i
JOIN register.devices AS d USING (device_id)
WHERE i.name = ANY ($1::text[])

-- name: claims
SELECT name, device_id, companions, first_seen_at, facts, battery_health_percent, battery_weight
FROM register.claims WHERE device_id = ANY ($1::uuid[])

-- name: write_claims
-- The version of the device guards its claims: it is written in the same transaction.
INSERT INTO register.claims AS c (
    name, device_id, companions, first_seen_at, facts, battery_health_percent, battery_weight)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bytea[], $6::integer[], $7::bigint[])
ON CONFLICT (name) DO UPDATE
SET device_id = excluded.device_id, companions = excluded.companions, first_seen_at = excluded.first_seen_at,
    facts = excluded.facts, battery_health_percent = excluded.battery_health_percent,
    battery_weight = excluded.battery_weight

-- name: drop_claims
DELETE FROM register.claims WHERE name = ANY ($1::text[])

-- name: give_names
-- A name that another transaction gave meanwhile is not returned: the batch must then look again.
INSERT INTO register.identifiers (name, device_id)
SELECT * FROM unnest($1::text[], $2::uuid[]) AS given (name, device_id)
ORDER BY name
ON CONFLICT (name) DO NOTHING
RETURNING 1

-- name: move_names
UPDATE register.identifiers AS i SET device_id = m.device_id
FROM unnest($1::text[], $2::uuid[]) AS m (name, device_id)
WHERE i.name = m.name

-- name: remove_merged
WITH moved_failures AS (
    UPDATE register.failures AS f SET device_id = m.into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS m (from_id, into_id)
    WHERE f.device_id = m.from_id
), moved_history AS (
    UPDATE register.history AS h SET device_id = m.into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS m (from_id, into_id)
    WHERE h.device_id = m.from_id
), moved_words AS (
    UPDATE register.words AS w SET device_id = m.into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS m (from_id, into_id)
    WHERE w.device_id = m.from_id
)
DELETE FROM register.devices AS d
USING unnest($1::uuid[], $3::bigint[]) AS m (from_id, version)
WHERE d.device_id = m.from_id AND d.version = m.version

-- name: see_again
-- Only what a check-in without news touches: rewritten in place, no index is moved.
UPDATE register.devices AS d
SET last_seen_at = s.last_seen_at, weights = s.weights, battery_weight = s.battery_weight, version = s.version + 1
FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bytea[], $5::bigint[])
     AS s (device_id, version, last_seen_at, weights, battery_weight)
WHERE d.device_id = s.device_id AND d.version = s.version

-- name: write_devices
-- A new device gets version 0. What another transaction wrote meanwhile is left as it is, and not counted.
INSERT INTO register.devices AS d (
    device_id, names, state, revision, version, weights,
    serial, asset_tag, kind, manufacturer, model, os, os_version, recorded_state, unit, holder_email,
    purchased_on, warranty_ends_on, cost_pence, compliant, last_seen_at, in_use_at, wiped_at,
    battery_health_percent, first_seen_at, battery_weight, ending)
SELECT * FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bytea[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],
    $16::text[], $17::date[], $18::date[], $19::bigint[], $20::boolean[], $21::timestamptz[], $22::timestamptz[],
    $23::timestamptz[], $24::integer[], $25::timestamptz[], $26::bigint[], $27::bytea[])
ON CONFLICT (device_id) DO UPDATE
SET names = excluded.names, state = excluded.state, revision = excluded.revision, version = excluded.version,
    weights = excluded.weights, serial = excluded.serial, asset_tag = excluded.asset_tag, kind = excluded.kind,
    manufacturer = excluded.manufacturer, model = excluded.model, os = excluded.os,
    os_version = excluded.os_version, recorded_state = excluded.recorded_state, unit = excluded.unit,
    holder_email = excluded.holder_email, purchased_on = excluded.purchased_on,
    warranty_ends_on = excluded.warranty_ends_on, cost_pence = excluded.cost_pence,
    compliant = excluded.compliant, last_seen_at = excluded.last_seen_at,
    in_use_at = excluded.in_use_at, wiped_at = excluded.wiped_at,
    battery_health_percent = excluded.battery_health_percent, battery_weight = excluded.battery_weight,
    first_seen_at = excluded.first_seen_at, ending = excluded.ending
WHERE d.version = excluded.version - 1

-- name: move_counts
-- Cells are locked in one order, so that two consumers wait for each other instead of deadlocking.
INSERT INTO register.counts AS c (kind, unit, model, state, os, purchased_month, devices)
SELECT kind, unit, model, state, os, purchased_month, moved
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::integer[])
     AS m (kind, unit, model, state, os, purchased_month, moved)
ORDER BY unit, kind, model, state, os, purchased_month
ON CONFLICT (unit, kind, model, state, os, purchased_month) DO UPDATE SET devices = c.devices + excluded.devices

-- name: remember
INSERT INTO register.history (device_id, at, field, before, after, source)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])

-- name: known_failures
SELECT ticket, device_id, opened_at, ticket_state, weight FROM register.failures WHERE ticket = ANY ($1::text[])

-- name: failures_of
SELECT ticket, device_id, opened_at, ticket_state, weight
FROM register.failures WHERE device_id = ANY ($1::uuid[])

-- name: write_failures
INSERT INTO register.failures AS f (ticket, device_id, opened_at, ticket_state, weight)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[])
ON CONFLICT (ticket) DO UPDATE
SET opened_at = least(f.opened_at, excluded.opened_at),
    ticket_state = CASE WHEN excluded.weight >= f.weight THEN excluded.ticket_state ELSE f.ticket_state END,
    device_id = CASE WHEN excluded.weight >= f.weight THEN excluded.device_id ELSE f.device_id END,
    weight = greatest(f.weight, excluded.weight)
WHERE excluded.weight >= f.weight OR excluded.opened_at < f.opened_at
