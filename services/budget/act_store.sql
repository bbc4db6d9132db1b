-- name: use_key
-- Answers the act that this key was used for before.
WITH used AS (
    INSERT INTO budget.idempotency_keys (email, command, key, act_id, used_at)
    VALUES ($1::text, $2::text, $3::text, $4::uuid, $5::timestamptz)
    ON CONFLICT DO NOTHING RETURNING act_id
)
SELECT EXISTS (SELECT FROM used) AS first

-- name: keep_act
-- Answers nothing if the document was reversed before.
INSERT INTO budget.acts (act_id, act, financial_year, line, to_line, kind, pence, devices, document_id, reason, email, at)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::bigint, $9::text, $10::text,
        $11::text, $12::timestamptz)
ON CONFLICT (document_id) WHERE act = 'reverse' DO NOTHING
RETURNING act_id

-- name: documents_of_act
SELECT DISTINCT document_id FROM budget.rollovers WHERE act_id = $1::uuid ORDER BY document_id

-- name: entries_of
SELECT entry, financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand, document_id, share,
       order_id, request_id, document_date
FROM budget.ledger WHERE document_id = $1::text ORDER BY entry

-- name: document_type
-- What sort of document it is; null for one that nobody may reverse.
SELECT CASE WHEN $1::text LIKE 'move/%' THEN 'move'
            -- What rolled over of a reservation that was given back since is no promise any more.
            WHEN EXISTS (SELECT FROM budget.rollovers JOIN budget.reservations AS v USING (order_id)
                         WHERE document_id = $1 AND promise = 'reservation' AND v.state = 'released') THEN NULL
            WHEN EXISTS (SELECT FROM budget.rollovers WHERE document_id = $1) THEN 'rollover'
            ELSE (SELECT document_type FROM budget.documents WHERE document_id = $1) END AS document_type

-- name: rollovers_in_force
-- Roll-overs of an order, $2 but this one, that were not reversed.
SELECT DISTINCT r.document_id
FROM budget.rollovers AS r
WHERE r.order_id = $1::text AND r.document_id <> $2::text
  AND NOT EXISTS (SELECT FROM budget.acts AS a WHERE a.act = 'reverse' AND a.document_id = r.document_id)
ORDER BY r.document_id

-- name: open_orders
-- Orders with a promise of this year that is not yet all released.
SELECT l.order_id
FROM budget.ledger AS l JOIN budget.chart AS c USING (entry_type)
WHERE l.financial_year = $1::text AND l.order_id IS NOT NULL AND c.committed <> 0
GROUP BY l.order_id
HAVING sum(c.committed * (l.net_pence + l.vat_pence)) <> 0
ORDER BY l.order_id

-- name: rolled_before
-- How often each order rolled over from this year.
SELECT order_id, count(DISTINCT document_id) AS times FROM budget.rollovers
WHERE financial_year = $1::text GROUP BY order_id

-- name: keep_rolls
INSERT INTO budget.rollovers (document_id, order_id, financial_year, line, kind, unit, demand, promise, to_year, net_pence,
                              vat_pence, act_id)
SELECT *, $12::uuid
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::bigint[], $11::bigint[])

-- name: touch_line
-- A line whose limit changed tells so, though nothing was posted on it.
UPDATE budget.balances AS b SET sequence = b.sequence + 1
WHERE b.financial_year = $1::text AND b.line = $2::text
RETURNING b.financial_year, b.line, b.sequence, b.approved_pence, b.committed_pence, b.invoiced_pence,
          coalesce((SELECT sum(a.pence) FROM budget.acts AS a
                    WHERE a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line),
                   0)::bigint AS override_pence

-- name: has_cap
SELECT FROM budget.volume_caps WHERE financial_year = $1::text AND kind = $2::text
