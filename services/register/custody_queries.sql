-- name: custody_facts
SELECT d.device_id, d.serial, d.asset_tag, d.kind, d.manufacturer, d.model, d.state, d.unit, d.revision,
       d.holder_email AS last_holder_email, d.purchased_on, d.battery_health_percent, d.wiped_at, d.in_use_at,
       d.last_seen_at, d.names
FROM register.devices AS d
WHERE d.device_id = ANY ($1::uuid[])
