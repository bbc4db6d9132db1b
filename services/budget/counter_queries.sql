-- name: demands
-- $1 year, $2 whether sums by kind may be seen: a demand of one kind would tell its price.
SELECT nullif(demand, '') AS demand, sum(committed_pence)::bigint AS committed_pence,
       sum(invoiced_pence)::bigint AS invoiced_pence, sum(quantity)::bigint AS quantity
FROM budget.counters
WHERE financial_year = $1::text AND $2::boolean
GROUP BY demand
HAVING bool_or(committed_pence <> 0 OR invoiced_pence <> 0 OR quantity <> 0)
ORDER BY nullif(demand, '')

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
