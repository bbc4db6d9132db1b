-- name: lines
-- $1 year, $2 whether totals may be seen (managers and above; staff see none)
-- A line that was only asked about, and never posted on, is not shown.
SELECT line, approved_pence, committed_pence, invoiced_pence,
       approved_pence - committed_pence - invoiced_pence AS left_pence
FROM budget.balances
WHERE financial_year = $1::text AND $2::boolean AND sequence > 0
ORDER BY line

-- name: kinds
-- $2 whether prices may be seen: with the quantity beside it a kind's sum tells the unit price.
SELECT nullif(kind, '') AS kind, sum(committed_pence)::bigint AS committed_pence,
       sum(invoiced_pence)::bigint AS invoiced_pence, sum(quantity)::bigint AS quantity
FROM budget.kind_balances
WHERE financial_year = $1::text AND $2::boolean
GROUP BY kind
HAVING bool_or(committed_pence <> 0 OR invoiced_pence <> 0 OR quantity <> 0)
ORDER BY kind

-- name: prior_years
-- The year asked for counts too, if it lies before the ledger: there is nothing else to say of it.
SELECT financial_year, spent_pence, forecast
FROM budget.prior_years
WHERE financial_year <= $1::text AND $2::boolean
ORDER BY financial_year

-- name: verify_counters
-- Counters that differ from the ledger's sums. Empty at every moment.
WITH signed AS (
    SELECT financial_year, line, kind, unit, demand,
           CASE WHEN entry_type IN ('approved', 'adjusted') THEN net_pence + vat_pence ELSE 0 END AS approved,
           CASE entry_type WHEN 'committed' THEN net_pence + vat_pence
                           WHEN 'released' THEN -(net_pence + vat_pence) ELSE 0 END AS committed,
           CASE entry_type WHEN 'invoiced' THEN net_pence + vat_pence ELSE 0 END AS invoiced,
           CASE entry_type WHEN 'receipted' THEN net_pence + vat_pence ELSE 0 END AS receipted,
           CASE entry_type WHEN 'committed' THEN quantity WHEN 'released' THEN -quantity ELSE 0 END AS quantity
    FROM budget.ledger
)
SELECT 'line' AS counter, concat_ws('|', financial_year, line) AS name,
       ARRAY[b.approved_pence, b.committed_pence, b.invoiced_pence, b.receipted_pence]::numeric[] AS shown,
       ARRAY[s.approved, s.committed, s.invoiced, s.receipted] AS summed
FROM budget.balances AS b
FULL JOIN (
    SELECT financial_year, line, sum(approved) AS approved, sum(committed) AS committed, sum(invoiced) AS invoiced,
           sum(receipted) AS receipted
    FROM signed GROUP BY financial_year, line
) AS s USING (financial_year, line)
WHERE (coalesce(b.approved_pence, 0), coalesce(b.committed_pence, 0), coalesce(b.invoiced_pence, 0),
       coalesce(b.receipted_pence, 0))
   IS DISTINCT FROM
      (coalesce(s.approved, 0), coalesce(s.committed, 0), coalesce(s.invoiced, 0), coalesce(s.receipted, 0))
UNION ALL
SELECT 'kind', concat_ws('|', financial_year, line, kind, unit, demand),
       ARRAY[k.committed_pence, k.invoiced_pence, k.receipted_pence, k.quantity]::numeric[],
       ARRAY[s.committed, s.invoiced, s.receipted, s.quantity]
FROM budget.kind_balances AS k
FULL JOIN (
    SELECT financial_year, line, kind, unit, demand, sum(committed) AS committed, sum(invoiced) AS invoiced,
           sum(receipted) AS receipted, sum(quantity) AS quantity
    FROM signed GROUP BY financial_year, line, kind, unit, demand
) AS s USING (financial_year, line, kind, unit, demand)
WHERE (coalesce(k.committed_pence, 0), coalesce(k.invoiced_pence, 0), coalesce(k.receipted_pence, 0),
       coalesce(k.quantity, 0))
   IS DISTINCT FROM
      (coalesce(s.committed, 0), coalesce(s.invoiced, 0), coalesce(s.receipted, 0), coalesce(s.quantity, 0))
