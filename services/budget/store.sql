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
SELECT b.financial_year, b.line, b.approved_pence, b.committed_pence, b.invoiced_pence, b.receipted_pence
FROM budget.balances AS b
JOIN unnest($1::text[], $2::text[]) AS wanted(financial_year, line) USING (financial_year, line)
ORDER BY b.financial_year, b.line
FOR UPDATE OF b

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
-- Finance systems write a cancellation with either sign; orders and invoices are never below nought.
SELECT order_id, document_type, financial_year, line, kind, unit, demand,
       sum(abs(net_pence))::bigint AS net_pence, sum(abs(vat_pence))::bigint AS vat_pence,
       coalesce(sum(abs(quantity)), 0)::integer AS quantity, bool_or(net_pence + vat_pence = 0) AS nought
FROM budget.documents
WHERE order_id = ANY ($1::text[]) AND document_id <> ALL ($2::text[])
  AND document_type IN ('purchase_order', 'invoice', 'cancellation')
GROUP BY order_id, document_type, financial_year, line, kind, unit, demand
UNION ALL
SELECT order_id, 'reservation', financial_year, line, kind, unit, demand, net_pence, vat_pence, quantity, false
FROM budget.reservations
WHERE order_id = ANY ($1) AND state = 'committed'

-- name: known_requests
SELECT request_id FROM budget.reservations WHERE request_id = ANY ($1::uuid[])

-- name: waiting
-- Requests that wait for money on these lines, the oldest first.
SELECT request_id, request_reference, order_id, device_id, line, kind, unit, demand, quantity, asked_at
FROM budget.reservations
WHERE state = 'waiting' AND line = ANY ($1::text[]) AND ($2::uuid[] IS NULL OR request_id = ANY ($2))
ORDER BY asked_at, request_id
LIMIT 500

-- name: prices
SELECT kind, bought_instead, net_pence, vat_basis_points FROM budget.price_book

-- name: keep_reservations
INSERT INTO budget.reservations (request_id, request_reference, order_id, device_id, financial_year, line, kind, unit,
                                 demand, quantity, net_pence, vat_pence, state, explanation, asked_at, decided_at)
SELECT *, $16::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::integer[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::timestamptz[])
ON CONFLICT (request_id) DO UPDATE
SET financial_year = excluded.financial_year, kind = excluded.kind, net_pence = excluded.net_pence,
    vat_pence = excluded.vat_pence, state = excluded.state, explanation = excluded.explanation,
    decided_at = excluded.decided_at
WHERE reservations.state = 'waiting'

-- name: post
-- The counters are moved by what was truly appended, in the same statement. Answers the lines that changed.
WITH posted AS (
    INSERT INTO budget.ledger (financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
                               month, document_id, share, order_id, request_id, document_date, posted_at)
    SELECT financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
           month, document_id, share, order_id, request_id, document_date, $16::timestamptz
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::text[], $8::text[],
                $9::text[], $10::date[], $11::text[], $12::text[], $13::text[], $14::uuid[], $15::date[])
         WITH ORDINALITY AS given(financial_year, line, entry_type, net_pence, vat_pence, quantity, kind, unit, demand,
                                  month, document_id, share, order_id, request_id, document_date, place)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING financial_year, line, kind, unit, demand, entry_type, net_pence + vat_pence AS pence, quantity
),
signed AS (
    SELECT financial_year, line, kind, unit, demand,
           CASE WHEN entry_type IN ('approved', 'adjusted', 'moved_in') THEN pence
                WHEN entry_type = 'moved_out' THEN -pence ELSE 0 END AS approved,
           CASE entry_type WHEN 'committed' THEN pence WHEN 'released' THEN -pence ELSE 0 END AS committed,
           CASE entry_type WHEN 'invoiced' THEN pence ELSE 0 END AS invoiced,
           CASE entry_type WHEN 'receipted' THEN pence ELSE 0 END AS receipted,
           CASE entry_type WHEN 'committed' THEN quantity WHEN 'released' THEN -quantity ELSE 0 END AS quantity
    FROM posted
),
kinds AS (
    INSERT INTO budget.kind_balances AS k (financial_year, line, kind, unit, demand, committed_pence, invoiced_pence,
                                           receipted_pence, quantity)
    SELECT financial_year, line, kind, unit, demand, sum(committed), sum(invoiced), sum(receipted), sum(quantity)
    FROM signed GROUP BY financial_year, line, kind, unit, demand
    ON CONFLICT (financial_year, line, kind, unit, demand) DO UPDATE
    SET committed_pence = k.committed_pence + excluded.committed_pence,
        invoiced_pence = k.invoiced_pence + excluded.invoiced_pence,
        receipted_pence = k.receipted_pence + excluded.receipted_pence,
        quantity = k.quantity + excluded.quantity
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
RETURNING b.financial_year, b.line, b.sequence, b.approved_pence, b.committed_pence, b.invoiced_pence
