-- name: apart
-- Every ruling that a name does not own a serial. Few, so they are read whole.
SELECT split_off, serial FROM register.rulings WHERE split_off IS NOT NULL

-- name: one_device
SELECT serial, claimants FROM register.rulings WHERE split_off IS NULL AND serial = ANY ($1::text[])

-- name: conflicts_of
SELECT conflict, serial, scheme, claimants, found_at, revision, ruling, ruled_by, ruled_at, split_off
FROM register.conflicts WHERE serial = ANY ($1::text[])

-- name: conflict
SELECT conflict, serial, scheme, claimants, found_at, revision, ruling, ruled_by, ruled_at, split_off
FROM register.conflicts WHERE conflict = $1

-- name: write_conflicts
INSERT INTO register.conflicts (conflict, serial, scheme, claimants, found_at, revision, ruling, ruled_by, ruled_at,
                                split_off)
SELECT conflict, serial, scheme, string_to_array(claimants, E'\n'), found_at, revision, ruling, ruled_by, ruled_at,
       split_off
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::integer[], $7::text[], $8::text[],
            $9::timestamptz[], $10::text[])
     AS c (conflict, serial, scheme, claimants, found_at, revision, ruling, ruled_by, ruled_at, split_off)
ON CONFLICT (conflict) DO UPDATE
SET claimants = excluded.claimants, found_at = excluded.found_at, revision = excluded.revision,
    ruling = excluded.ruling, ruled_by = excluded.ruled_by, ruled_at = excluded.ruled_at,
    split_off = excluded.split_off

-- name: rule
INSERT INTO register.rulings (serial, claimants, split_off, ruled_by, ruled_at) VALUES ($1, $2, $3, $4, $5)

-- name: lock_device
-- Whoever writes this device waits until the transaction ends. A write without news moves its version on.
SELECT d.device_id, d.unit
FROM register.identifiers AS i
JOIN register.devices AS d USING (device_id)
WHERE i.name = $1
FOR UPDATE OF d

-- name: use_key
-- Answers a row the first time. Of two at once the second waits here until the first has ended.
INSERT INTO register.idempotency_keys (email, command, key, conflict, used_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING conflict
