-- name: leavers
-- $1 units (null: all). An address that somebody active has by now is theirs.
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.model, d.state, d.unit, d.holder_email, p.since,
       NULL::text AS person_unit
FROM register.devices AS d
JOIN register.people AS p ON p.email = d.holder_email
WHERE NOT p.active
  AND d.state IN ('deployed', 'in_repair')
  AND ($1::text[] IS NULL OR d.unit = ANY ($1))
  AND NOT EXISTS (SELECT FROM register.people AS other WHERE other.email = p.email AND other.active)
ORDER BY p.since, d.holder_email, d.serial, d.device_id
LIMIT $2

-- name: movers
-- Whoever answers for either unit sees them: the one that has lost the device, and the one that has it now.
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.model, d.state, d.unit, d.holder_email, p.unit_since AS since,
       p.unit AS person_unit
FROM register.devices AS d
JOIN register.people AS p ON p.email = d.holder_email
WHERE p.active AND p.unit <> d.unit
  AND d.state IN ('deployed', 'in_repair')
  AND ($1::text[] IS NULL OR d.unit = ANY ($1) OR p.unit = ANY ($1))
ORDER BY p.unit_since, d.holder_email, d.serial, d.device_id
LIMIT $2
