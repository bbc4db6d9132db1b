-- name: acts
-- A reversal or a move of the year counts in the year of its document.
SELECT act_id, act, financial_year, line, to_line, kind, pence, devices, document_id, reason, email, at
FROM budget.acts
WHERE financial_year = $1::text AND $2::boolean
ORDER BY at, act_id

-- name: open_orders
SELECT l.order_id
FROM budget.ledger AS l JOIN budget.chart AS c USING (entry_type)
WHERE l.financial_year = $1::text AND l.order_id IS NOT NULL AND c.committed <> 0
GROUP BY l.order_id
HAVING sum(c.committed * (l.net_pence + l.vat_pence)) <> 0
ORDER BY l.order_id
