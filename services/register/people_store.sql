-- name: people
SELECT person_id, email, email_at, unit, unit_at, unit_since, active, active_at, since
FROM register.people WHERE person_id = ANY ($1::text[])
ORDER BY person_id
FOR UPDATE

-- name: first_heard
-- Somebody whom another transaction wrote meanwhile is not counted: the batch must then look again.
INSERT INTO register.people (person_id, email, email_at, unit, unit_at, unit_since, active, active_at, since)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                     $7::boolean[], $8::timestamptz[], $9::timestamptz[])
ON CONFLICT DO NOTHING

-- name: keep
UPDATE register.people AS p
SET email = k.email, email_at = k.email_at, unit = k.unit, unit_at = k.unit_at, unit_since = k.unit_since,
    active = k.active, active_at = k.active_at, since = k.since
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::timestamptz[],
            $7::boolean[], $8::timestamptz[], $9::timestamptz[])
     AS k (person_id, email, email_at, unit, unit_at, unit_since, active, active_at, since)
WHERE p.person_id = k.person_id
