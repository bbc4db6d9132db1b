-- name: entries
-- $1 year, $2 line or null, $3 how many, the newest first.
SELECT l.entry, l.document_id, l.entry_type, l.financial_year, l.line, nullif(l.kind, '') AS kind,
       nullif(l.unit, '') AS unit, nullif(l.demand, '') AS demand, l.month, l.document_date, l.net_pence, l.vat_pence,
       l.quantity, c.from_account, c.to_account, l.order_id, l.reverses, l.posted_at
FROM budget.ledger AS l JOIN budget.chart AS c USING (entry_type)
WHERE l.financial_year = $1::text AND ($2::text IS NULL OR l.line = $2)
ORDER BY l.entry DESC
LIMIT $3::integer

-- name: accounts
SELECT line, account, net_pence, vat_pence FROM budget.accounts WHERE financial_year = $1::text ORDER BY line, account
