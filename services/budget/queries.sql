-- name: lines
-- $1 year, $2 whether totals may be seen (managers and above; staff see none)
-- A line that was only asked about, and never posted on, is not shown.
SELECT line, approved_pence, committed_pence, invoiced_pence, receipted_pence,
       approved_pence - committed_pence - invoiced_pence AS left_pence,
       coalesce((SELECT sum(a.pence) FROM budget.acts AS a
                 WHERE a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line),
                0)::bigint AS override_pence
FROM budget.balances AS b
WHERE financial_year = $1::text AND $2::boolean AND sequence > 0
ORDER BY line

-- name: prior_years
-- The year asked for counts too, if it lies before the ledger: there is nothing else to say of it.
SELECT financial_year, spent_pence, forecast
FROM budget.prior_years
WHERE financial_year <= $1::text AND $2::boolean
ORDER BY financial_year
