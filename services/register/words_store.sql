-- name: devices_meant
-- A name of the device that each word means: by its id, by the id of the device it proved to be, or by its serial.
SELECT w.told_of, w.serial_name, i.name
FROM unnest($1::uuid[], $2::text[]) AS w (told_of, serial_name)
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT d.device_id FROM register.devices AS d WHERE d.device_id = w.told_of),
        (SELECT d.device_id FROM register.history AS h JOIN register.devices AS d USING (device_id)
         WHERE h.field = 'merged' AND h.before = w.told_of::text LIMIT 1),
        (SELECT n.device_id FROM register.identifiers AS n WHERE n.name = w.serial_name)
    ) AS device_id
) AS meant
JOIN register.devices AS d ON d.device_id = meant.device_id
CROSS JOIN LATERAL (SELECT split_part(d.names, E'\n', 1) AS name) AS i

-- name: hold_waiting
-- Who keeps a word of an unknown device waits for all who are just making devices, and they for him.
SELECT pg_advisory_xact_lock(hashtext('register words of unknown devices'))

-- name: share_waiting
SELECT pg_advisory_xact_lock_shared(hashtext('register words of unknown devices'))

-- name: any_waiting
SELECT EXISTS (SELECT FROM register.words WHERE device_id IS NULL)

-- name: waiting
SELECT record_id, revision, matter, reference, state, at, explanation, source, told_of, serial, device_id, proof_at
FROM register.words
WHERE device_id IS NULL AND (told_of = ANY ($1::uuid[]) OR serial = ANY ($2::text[]))

-- name: words_on
SELECT record_id, revision, matter, reference, state, at, explanation, source, told_of, serial, device_id, proof_at
FROM register.words WHERE device_id = ANY ($1::uuid[])

-- name: keep_words
-- A word that is known is kept as it is; one that waited for its device has it now.
INSERT INTO register.words AS w (
    record_id, revision, matter, reference, state, at, explanation, source, told_of, serial, device_id, proof_at)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                     $8::text[], $9::uuid[], $10::text[], $11::uuid[], $12::timestamptz[])
ON CONFLICT (record_id, revision) DO UPDATE SET device_id = excluded.device_id
WHERE w.device_id IS NULL
