-- name: by_term
-- $1 units (null: all), $2 the term in upper case, $3 the device id it may be
SELECT r.*, d.name AS document_name, d.digest AS document_digest, d.size AS document_size
FROM custody.records AS r
LEFT JOIN custody.documents AS d USING (document_id)
WHERE (r.reference = $2::text OR r.serial = $2 OR upper(r.asset_tag) = $2 OR r.device_id = $3::uuid)
  AND ($1::text[] IS NULL OR r.unit = ANY ($1))
ORDER BY r.state = 'joined', r.came_at DESC, r.reference
LIMIT 1

-- name: in_state
SELECT r.*, d.name AS document_name, d.digest AS document_digest, d.size AS document_size
FROM custody.records AS r
LEFT JOIN custody.documents AS d USING (document_id)
WHERE r.state = $2::text AND ($1::text[] IS NULL OR r.unit = ANY ($1)) AND ($3::text IS NULL OR r.kind = $3)
ORDER BY r.moved_at, r.custody_id
LIMIT $4::integer

-- name: of_batch
SELECT r.*, d.name AS document_name, d.digest AS document_digest, d.size AS document_size
FROM custody.records AS r
LEFT JOIN custody.documents AS d USING (document_id)
WHERE r.custody_id IN (SELECT c.custody_id FROM custody.chain AS c WHERE c.batch = $2::text)
  AND ($1::text[] IS NULL OR r.unit = ANY ($1))
ORDER BY r.custody_id

-- name: batch
SELECT batch, cause, at, who, refused FROM custody.batches WHERE batch = $1::text

-- name: chains
SELECT custody_id, number, at, cause, source, target, what, who, place, digest
FROM custody.chain WHERE custody_id = ANY ($1::uuid[])
ORDER BY custody_id, number

-- name: links
-- For verification and certificates: everything that was digested.
SELECT custody_id, number, at, cause, source, target, what, who, place, batch, details, previous, digest
FROM custody.chain WHERE custody_id = ANY ($1::uuid[])
ORDER BY custody_id, number

-- name: counts
SELECT state, kind, count(*)::integer AS devices, min(moved_at) AS oldest_at
FROM custody.records
WHERE ended_at IS NULL AND ($1::text[] IS NULL OR unit = ANY ($1))
GROUP BY state, kind
ORDER BY state, kind

-- name: quarters
-- $2 the beginnings of the quarters and the end of the last. What was destroyed counts when it was; the rest at its end.
SELECT q.quarter::integer,
       count(*) FILTER (WHERE ended AND state = 'resold')::integer AS resold,
       count(*) FILTER (WHERE ended AND state = 'redistributed')::integer AS redistributed,
       count(*) FILTER (WHERE ended AND state = 'recycled')::integer AS recycled,
       count(*) FILTER (WHERE NOT ended)::integer AS destroyed,
       coalesce(sum(proceeds_pence) FILTER (WHERE ended AND state = 'resold'), 0)::bigint AS proceeds_pence
FROM generate_series(1, 4) AS q (quarter)
JOIN LATERAL (
    SELECT true AS ended, r.state, r.proceeds_pence FROM custody.records AS r
    WHERE r.ended_at >= ($2::timestamptz[])[q.quarter] AND r.ended_at < ($2::timestamptz[])[q.quarter + 1]
      AND ($1::text[] IS NULL OR r.unit = ANY ($1))
    UNION ALL
    SELECT false, r.state, NULL FROM custody.records AS r
    WHERE r.proof = 'destruction' AND r.proof_at >= ($2::timestamptz[])[q.quarter]
      AND r.proof_at < ($2::timestamptz[])[q.quarter + 1] AND ($1::text[] IS NULL OR r.unit = ANY ($1))
) AS moved ON true
GROUP BY q.quarter

-- name: by_charity
SELECT q.quarter::integer, r.charity, count(*)::integer AS devices
FROM generate_series(1, 4) AS q (quarter)
JOIN custody.records AS r ON r.ended_at >= ($2::timestamptz[])[q.quarter]
                         AND r.ended_at < ($2::timestamptz[])[q.quarter + 1]
WHERE r.state = 'redistributed' AND ($1::text[] IS NULL OR r.unit = ANY ($1))
GROUP BY q.quarter, r.charity
ORDER BY q.quarter, devices DESC, r.charity

-- name: issued
SELECT number, subject, digest, chain_head, issued_at FROM custody.issued_certificates
WHERE subject = $1::text
ORDER BY issued_at, number

-- name: issued_by_number
SELECT number, subject, digest, chain_head, issued_at FROM custody.issued_certificates WHERE number = $1::text

-- name: document_content
SELECT document_id, name, digest, size, content FROM custody.documents WHERE document_id = $1::uuid

-- name: records_after
SELECT custody_id, reference, state, revision, head FROM custody.records
WHERE custody_id > $1::uuid
ORDER BY custody_id
LIMIT $2::integer

-- name: unlike_chain
-- $2 the fields that links keep, $3 those that the first one keeps of the device. Of each record those that are not as
-- its links say, since its proof last fell. A moment may be written in more than one way.
WITH doubted AS (
    SELECT custody_id, max(number) AS number FROM custody.chain
    WHERE custody_id = ANY ($1::uuid[]) AND cause = 'doubt'
    GROUP BY custody_id
), told AS (
    SELECT DISTINCT ON (c.custody_id, kept.key) c.custody_id, kept.key, kept.value
    FROM custody.chain AS c
    LEFT JOIN doubted AS d USING (custody_id)
    CROSS JOIN LATERAL jsonb_each_text(c.details) AS kept
    WHERE c.custody_id = ANY ($1) AND (kept.key = ANY ($2::text[]) AND c.number > coalesce(d.number, 0)
                                       OR kept.key = ANY ($3::text[]) AND c.number = 1)
    ORDER BY c.custody_id, kept.key, c.number DESC
)
SELECT r.reference, field.key
FROM custody.records AS r
CROSS JOIN LATERAL jsonb_each_text(to_jsonb(r)) AS field
LEFT JOIN told AS t ON t.custody_id = r.custody_id AND t.key = field.key
WHERE r.custody_id = ANY ($1) AND field.key = ANY ($2 || $3) AND CASE
    WHEN field.key = 'proof_at' THEN field.value::timestamptz IS DISTINCT FROM t.value::timestamptz
    ELSE field.value IS DISTINCT FROM t.value END
ORDER BY r.custody_id, field.key

-- name: issued_after
SELECT number FROM custody.issued_certificates WHERE number > $1::text ORDER BY number LIMIT $2::integer

-- name: unlike_issued
-- Of these certificates each head that is not a link of its chain, or not that link any more.
SELECT i.number, head.it ->> 0 AS reference, (head.it ->> 2)::integer AS link
FROM custody.issued_certificates AS i
CROSS JOIN LATERAL jsonb_array_elements(i.heads) AS head (it)
LEFT JOIN custody.chain AS c ON c.custody_id = (head.it ->> 1)::uuid AND c.number = (head.it ->> 2)::integer
WHERE i.number = ANY ($1::text[]) AND c.digest IS DISTINCT FROM head.it ->> 3
ORDER BY i.number, reference

-- name: documents_cited
-- What chains say of documents that are not as they were cited, or are gone.
SELECT c.custody_id, c.number
FROM custody.chain AS c
LEFT JOIN custody.documents AS d ON d.document_id = (c.details ->> 'document_id')::uuid
WHERE c.custody_id = ANY ($1::uuid[]) AND c.details ? 'document_id'
  AND d.digest IS DISTINCT FROM c.details ->> 'document_digest'

-- name: documents_after
SELECT document_id, name, digest, size, encode(sha256(content), 'hex') AS found, octet_length(content) AS length
FROM custody.documents
WHERE document_id > $1::uuid
ORDER BY document_id
LIMIT $2::integer

-- name: count_all
SELECT (SELECT count(*) FROM custody.records) AS records, (SELECT count(*) FROM custody.documents) AS documents
