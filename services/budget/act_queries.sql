-- name: acts
-- A reversal or a move of the year counts in the year of its document. What rolled over stands order by order.
SELECT act_id, act, financial_year, line, to_line, kind, devices, document_id, reason, email, at,
       CASE act WHEN 'roll_over' THEN (SELECT coalesce(sum(r.net_pence + r.vat_pence), 0)::bigint
                                       FROM budget.rollovers AS r WHERE r.act_id = a.act_id)
       ELSE pence END AS pence
FROM budget.acts AS a
WHERE financial_year = $1::text AND $2::boolean
ORDER BY at, act_id

-- name: open_orders
SELECT l.order_id
FROM budget.ledger AS l JOIN budget.chart AS c USING (entry_type)
WHERE l.financial_year = $1::text AND l.order_id IS NOT NULL AND c.committed <> 0
GROUP BY l.order_id
HAVING sum(c.committed * (l.net_pence + l.vat_pence)) <> 0
ORDER BY l.order_id

-- name: document_entries
-- $1 a document's id, or $2 the number of one of its entries; an id that is itself a number goes first.
SELECT l.entry, l.document_id, l.entry_type, l.financial_year, l.line, nullif(l.kind, '') AS kind,
       nullif(l.unit, '') AS unit, nullif(l.demand, '') AS demand, l.month, l.document_date, l.net_pence, l.vat_pence,
       l.quantity, c.from_account, c.to_account, l.order_id, l.reverses, l.posted_at
FROM budget.ledger AS l JOIN budget.chart AS c USING (entry_type)
WHERE l.document_id = coalesce((SELECT document_id FROM budget.ledger WHERE document_id = $1::text LIMIT 1),
                               (SELECT document_id FROM budget.ledger WHERE entry = $2::bigint))
ORDER BY l.entry

-- name: reversal
SELECT act_id, act, financial_year, line, to_line, kind, pence, devices, document_id, reason, email, at
FROM budget.acts
WHERE act = 'reverse' AND document_id = $1::text
