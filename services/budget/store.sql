-- name: name_orders
INSERT INTO budget.orders (order_id) SELECT wanted FROM unnest($1::text[]) AS wanted ORDER BY wanted
ON CONFLICT DO NOTHING

-- name: lock_orders
SELECT order_id FROM budget.orders WHERE order_id = ANY ($1::text[]) ORDER BY order_id FOR UPDATE

-- name: open_lines
INSERT INTO budget.balances (financial_year, line)
SELECT financial_year, line FROM unnest($1::text[], $2::text[]) AS wanted(financial_year, line)
ORDER BY financial_year, line
ON CONFLICT DO NOTHING

-- name: lock_lines
SELECT
FROM budget.balances AS b
JOIN unnest($1::text[], $2::text[]) AS wanted(financial_year, line) USING (financial_year, line)
ORDER BY b.financial_year, b.line
FOR UPDATE OF b

-- name: line_sums
-- What a line's sums are, and by how much directors let it go over them.
SELECT b.financial_year, b.line, b.approved_pence, b.committed_pence, b.invoiced_pence, b.receipted_pence,
       coalesce((SELECT sum(a.pence) FROM budget.acts AS a
                 WHERE a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line),
                0)::bigint AS override_pence
FROM budget.balances AS b
JOIN unnest($1::text[], $2::text[]) AS wanted(financial_year, line) USING (financial_year, line)

-- name: keep_documents
-- Answers the ids never seen before; of a document twice in one batch the first counts.
INSERT INTO budget.documents (document_id, document_type, financial_year, line, document_date, net_pence, vat_pence,
                              order_id, kind, model, quantity, supplier, unit, demand, recorded_at)
SELECT document_id, document_type, financial_year, line, document_date, net_pence, vat_pence,
       order_id, kind, model, quantity, supplier, unit, demand, $15::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::bigint[], $7::bigint[], $8::text[],
            $9::text[], $10::text[], $11::integer[], $12::text[], $13::text[], $14::text[])
     WITH ORDINALITY AS given(document_id, document_type, financial_year, line, document_date, net_pence, vat_pence,
                              order_id, kind, model, quantity, supplier, unit, demand, place)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING document_id

-- name: known_documents
SELECT document_id, document_type, financial_year, line, document_date, net_pence, vat_pence,
       order_id, nullif(kind, '') AS kind, model, quantity, supplier, nullif(unit, '') AS unit,
       nullif(demand, '') AS demand
FROM budget.documents
WHERE document_id = ANY ($1::text[])

-- name: order_sums
-- $1 orders, $2 documents of this batch, which are posted one by one on top of these sums.
-- Finance systems write a cancellation with either sign; orders, receipts and invoices are never below nought.
WITH reversed AS (
    SELECT document_id FROM budget.acts WHERE act = 'reverse'
)
SELECT order_id, document_type, financial_year, line, kind, unit, demand,
       sum(abs(net_pence))::bigint AS net_pence, sum(abs(vat_pence))::bigint AS vat_pence,
       coalesce(sum(abs(quantity)), 0)::integer AS quantity, bool_or(net_pence + vat_pence = 0) AS nought,
       NULL AS promise, NULL AS to_year
FROM budget.documents
WHERE order_id = ANY ($1::text[]) AND document_id <> ALL ($2::text[])
  AND document_type IN ('purchase_order', 'invoice', 'cancellation', 'receipt')
  AND NOT EXISTS (SELECT FROM reversed AS r WHERE r.document_id = documents.document_id)
GROUP BY order_id, document_type, financial_year, line, kind, unit, demand
UNION ALL
SELECT order_id, 'reservation', financial_year, line, kind, unit, demand, net_pence, vat_pence, quantity, false,
       NULL, NULL
FROM budget.reservations
WHERE order_id = ANY ($1) AND state = 'committed'
UNION ALL
SELECT order_id, 'reservation', financial_year, line, kind, unit, demand, net_pence, vat_pence, quantity, false,
       NULL, NULL
FROM budget.wave_shares
WHERE order_id = ANY ($1)
UNION ALL
SELECT order_id, 'rollover', financial_year, line, kind, unit, demand, net_pence, vat_pence, 0, false, promise, to_year
FROM budget.rollovers
WHERE order_id = ANY ($1) AND document_id <> ALL ($2)
  -- What became of a reservation that was given back is no promise any more, in whatever year.
  AND NOT (promise = 'reservation' AND EXISTS (
      SELECT FROM budget.reservations AS given_back
      WHERE given_back.order_id = rollovers.order_id AND given_back.state = 'released'
  ))
  AND NOT EXISTS (SELECT FROM reversed AS r WHERE r.document_id = rollovers.document_id)

-- name: post
-- A line's sums are moved by what was truly appended, in the same statement; the other counters by the ledger's own
-- trigger. Answers the lines that changed.
WITH posted AS (
    INSERT INTO budget.ledger (financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
                               month, document_id, share, order_id, request_id, document_date, reverses, posted_at)
    SELECT financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
           month, document_id, share, order_id, request_id, document_date, reverses, $17::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::text[], $8::text[],
                $9::text[], $10::date[], $11::text[], $12::text[], $13::text[], $14::uuid[], $15::date[], $16::bigint[])
         WITH ORDINALITY AS given(financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
                                  month, document_id, share, order_id, request_id, document_date, reverses, place)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING financial_year, line, entry_type, net_pence + vat_pence AS pence
),
signed AS (
    SELECT financial_year, line,
           CASE WHEN entry_type IN ('approved', 'adjusted', 'moved_in') THEN pence
                WHEN entry_type = 'moved_out' THEN -pence ELSE 0 END AS approved,
           CASE entry_type WHEN 'committed' THEN pence WHEN 'released' THEN -pence ELSE 0 END AS committed,
           CASE entry_type WHEN 'invoiced' THEN pence ELSE 0 END AS invoiced,
           CASE entry_type WHEN 'receipted' THEN pence ELSE 0 END AS receipted
    FROM posted
)
UPDATE budget.balances AS b
SET sequence = b.sequence + 1,
    approved_pence = b.approved_pence + moved.approved,
    committed_pence = b.committed_pence + moved.committed,
    invoiced_pence = b.invoiced_pence + moved.invoiced,
    receipted_pence = b.receipted_pence + moved.receipted
FROM (
    SELECT financial_year, line, sum(approved) AS approved, sum(committed) AS committed, sum(invoiced) AS invoiced,
           sum(receipted) AS receipted
    FROM signed GROUP BY financial_year, line
) AS moved
WHERE b.financial_year = moved.financial_year AND b.line = moved.line
RETURNING b.financial_year, b.line, b.sequence, b.approved_pence, b.committed_pence, b.invoiced_pence,
          coalesce((SELECT sum(a.pence) FROM budget.acts AS a
                    WHERE a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line),
                   0)::bigint AS override_pence
