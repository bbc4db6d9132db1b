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

-- name: kinds
-- $2 whether prices may be seen: with the quantity beside it a kind's sum tells the unit price.
SELECT nullif(kind, '') AS kind, sum(committed_pence)::bigint AS committed_pence,
       sum(invoiced_pence)::bigint AS invoiced_pence, sum(quantity)::bigint AS quantity
FROM budget.counters
WHERE financial_year = $1::text AND $2::boolean
GROUP BY kind
HAVING bool_or(committed_pence <> 0 OR invoiced_pence <> 0 OR quantity <> 0)
ORDER BY nullif(kind, '')

-- name: volumes
-- $2 whether totals may be seen: numbers of devices are public, but not everybody's business.
SELECT kind, coalesce(v.ordered, 0) AS ordered,
       c.devices + coalesce((SELECT sum(a.devices) FROM budget.acts AS a
                             WHERE a.act = 'override_cap' AND a.financial_year = c.financial_year AND a.kind = c.kind),
                            0)::bigint AS cap,
       coalesce(c.assumed, false) AS assumed
FROM budget.volume_caps AS c FULL JOIN budget.volumes AS v USING (financial_year, kind)
WHERE financial_year = $1::text AND $2::boolean
ORDER BY kind

-- name: prior_years
-- The year asked for counts too, if it lies before the ledger: there is nothing else to say of it.
SELECT financial_year, spent_pence, forecast
FROM budget.prior_years
WHERE financial_year <= $1::text AND $2::boolean
ORDER BY financial_year
