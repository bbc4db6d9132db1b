-- What was posted, entry by entry.

-- name: entries
-- $1 year, $2 whether prices may be seen, $3 how many at most.
SELECT entry, document_date, month, document_id, entry_type, line, kind, unit, demand, quantity, net_pence, vat_pence,
       order_id, count(*) OVER () AS in_all
FROM budget.ledger
WHERE financial_year = $1::text AND $2::boolean
ORDER BY entry DESC
LIMIT $3
