-- name: standings
SELECT device_id, revision, state, told_at, left_revision, left_state, left_at, sanitised_revision, wiped_at, failed_at,
       merged_into
FROM custody.standings WHERE device_id = ANY ($1::uuid[])

-- name: hold_standings
-- Makes and holds the rows of these devices until the transaction ends, in one order for everybody.
INSERT INTO custody.standings (device_id)
SELECT device_id FROM unnest($1::uuid[]) AS device_id ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET device_id = excluded.device_id
RETURNING device_id, revision, state, told_at, left_revision, left_state, left_at, sanitised_revision, wiped_at,
          failed_at, merged_into

-- name: write_standings
UPDATE custody.standings AS s
SET revision = w.revision, state = w.state, told_at = w.told_at, left_revision = w.left_revision,
    left_state = w.left_state, left_at = w.left_at, sanitised_revision = w.sanitised_revision, wiped_at = w.wiped_at,
    failed_at = w.failed_at, merged_into = w.merged_into
FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::timestamptz[],
            $8::integer[], $9::timestamptz[], $10::timestamptz[], $11::uuid[])
     AS w (device_id, revision, state, told_at, left_revision, left_state, left_at, sanitised_revision, wiped_at,
           failed_at, merged_into)
WHERE s.device_id = w.device_id

-- name: lock_open
-- The open records of these devices, and those that wait for these commands.
SELECT * FROM custody.records
WHERE ended_at IS NULL AND (device_id = ANY ($1::uuid[]) OR command_id = ANY ($2::uuid[]))
ORDER BY custody_id
FOR UPDATE

-- name: last_ended
SELECT DISTINCT ON (device_id) * FROM custody.records
WHERE device_id = ANY ($1::uuid[]) AND ended_at IS NOT NULL
ORDER BY device_id, opened_revision DESC, revision DESC, custody_id

-- name: lock_referenced
-- Only those that the viewer may see.
SELECT * FROM custody.records
WHERE reference = ANY ($1::text[]) AND ($2::text[] IS NULL OR unit = ANY ($2))
ORDER BY custody_id
FOR UPDATE

-- name: lock_in_state
SELECT * FROM custody.records
WHERE state = $1::text AND ended_at IS NULL AND ($2::text[] IS NULL OR unit = ANY ($2))
ORDER BY custody_id
LIMIT $3::integer
FOR UPDATE

-- name: take_references
SELECT nextval('custody.reference_numbers') AS number FROM generate_series(1, $1::integer)

-- name: insert_records
INSERT INTO custody.records (custody_id, reference, device_id, serial, asset_tag, kind, manufacturer, model, unit,
                             purchased_on, last_holder, came_at, opened_revision, state, revision, place, moved_at,
                             head, proof, proof_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::date[], $11::text[], $12::timestamptz[], $13::integer[], $14::text[],
                     $15::integer[], $16::text[], $17::timestamptz[], $18::text[], $19::text[], $20::timestamptz[])

-- name: write_records
UPDATE custody.records AS r
SET device_id = w.device_id, opened_revision = w.opened_revision, state = w.state, revision = w.revision,
    place = w.place, moved_at = w.moved_at, head = w.head, acted_at = w.acted_at, ended_at = w.ended_at,
    proof = w.proof, proof_at = w.proof_at, document_id = w.document_id, certificate_issuer = w.certificate_issuer,
    certificate_number = w.certificate_number, condition = w.condition, route = w.route, review = w.review,
    review_edition = w.review_edition, residual_pence = w.residual_pence, charity = w.charity, weee_note = w.weee_note,
    proceeds_pence = w.proceeds_pence, batch = w.batch, command_id = w.command_id, attempts = w.attempts,
    unmanaged = w.unmanaged
FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[],
            $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::timestamptz[], $13::uuid[],
            $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::bigint[], $21::text[],
            $22::text[], $23::bigint[], $24::text[], $25::uuid[], $26::integer[], $27::boolean[])
     AS w (custody_id, device_id, opened_revision, state, revision, place, moved_at, head, acted_at, ended_at, proof,
           proof_at, document_id, certificate_issuer, certificate_number, condition, route, review, review_edition,
           residual_pence, charity, weee_note, proceeds_pence, batch, command_id, attempts, unmanaged)
WHERE r.custody_id = w.custody_id

-- name: append_links
INSERT INTO custody.chain (custody_id, number, at, cause, source, target, what, who, place, batch, details, previous,
                           digest)
SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::text[])

-- name: use_key
-- Answers a row the first time. Of two at once the second waits here until the first has ended.
INSERT INTO custody.idempotency_keys (email, key, batch_id, used_at) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
RETURNING batch_id

-- name: batch_of_key
SELECT b.batch FROM custody.idempotency_keys AS k JOIN custody.batches AS b USING (batch_id)
WHERE k.email = $1 AND k.key = $2

-- name: next_batch
SELECT nextval('custody.batch_numbers')

-- name: keep_batch
INSERT INTO custody.batches (batch_id, batch, cause, at, who, refused) VALUES ($1, $2, $3, $4, $5, $6)

-- name: keep_document
INSERT INTO custody.documents (document_id, digest, name, size, content, kept_at, kept_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING

-- name: document
SELECT document_id, name, digest, size FROM custody.documents WHERE document_id = $1::uuid

-- name: keep_issued
INSERT INTO custody.issued_certificates (number, subject, digest, chain_head, issued_at, issued_to, heads)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING

-- name: next_certificate
SELECT nextval('custody.certificate_numbers')

-- name: forget_last_holders
-- Of records that ended before $1. Who held a device stands in no link, so the chains hold.
WITH due AS (
    SELECT custody_id FROM custody.records
    WHERE ended_at < $1::timestamptz AND last_holder IS NOT NULL
    ORDER BY ended_at
    LIMIT 5000
    FOR UPDATE SKIP LOCKED
)
UPDATE custody.records AS r SET last_holder = NULL FROM due WHERE r.custody_id = due.custody_id
RETURNING r.custody_id
