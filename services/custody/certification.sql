-- name: last_issued
-- The newest certificate of the same thing as it stands now.
SELECT number, digest, issued_at, issued_to FROM custody.issued_certificates
WHERE subject = $1 AND chain_head = $2
ORDER BY issued_at DESC, number DESC
LIMIT 1

-- name: issued_by_digest
SELECT number, subject, heads, issued_at FROM custody.issued_certificates WHERE digest = $1

-- name: records
SELECT custody_id, reference, revision, state, head FROM custody.records WHERE custody_id = ANY ($1::uuid[])

-- name: links_by_digest
SELECT DISTINCT ON (c.digest) c.digest, c.custody_id, c.number, r.reference
FROM custody.chain AS c JOIN custody.records AS r USING (custody_id)
WHERE c.digest = ANY ($1::text[])
ORDER BY c.digest, c.custody_id, c.number
