-- What the outturn is worked out from. $1 is always the financial year.

-- name: lines
SELECT b.line, b.approved_pence, b.committed_pence, b.invoiced_pence, b.receipted_pence,
       coalesce(sum(a.pence), 0)::bigint AS override_pence
FROM budget.balances AS b
LEFT JOIN budget.acts AS a ON a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line
WHERE b.financial_year = $1::text AND b.sequence > 0
GROUP BY b.financial_year, b.line
ORDER BY b.line

-- name: counters
-- The year twice, by month (unit NULL) and by unit (month NULL): rows that stay few however many units and months.
SELECT line, kind, demand, unit, month, sum(approved_pence)::bigint AS approved_pence,
       sum(committed_pence)::bigint AS committed_pence, sum(invoiced_pence)::bigint AS invoiced_pence,
       sum(receipted_pence)::bigint AS receipted_pence, sum(quantity)::bigint AS quantity
FROM budget.counters
WHERE financial_year = $1::text
GROUP BY GROUPING SETS ((line, kind, demand, month), (line, kind, demand, unit))
ORDER BY line, kind, demand, unit, month

-- name: volumes
SELECT c.kind, c.devices AS cap, c.assumed, coalesce(v.ordered, 0) AS ordered,
       coalesce(sum(a.devices), 0)::bigint AS override
FROM budget.volume_caps AS c
LEFT JOIN budget.volumes AS v USING (financial_year, kind)
LEFT JOIN budget.acts AS a ON a.act = 'override_cap' AND a.financial_year = c.financial_year AND a.kind = c.kind
WHERE c.financial_year = $1::text
GROUP BY c.financial_year, c.kind, c.devices, c.assumed, v.ordered
ORDER BY c.kind

-- name: earlier_years
-- Devices ordered by calendar month, for the season that earlier years teach. Years as text sort as years do.
SELECT financial_year, extract(month FROM month)::integer AS month, sum(quantity)::bigint AS devices
FROM budget.counters
WHERE financial_year < $1::text
GROUP BY 1, 2
ORDER BY 1, 2

-- name: history
-- Of what this year and $2, the one before, committed: what was cancelled or credited, and by how much invoices differed
-- from the promises that they redeemed.
WITH documents AS (
    SELECT l.document_id, d.document_type,
           sum(l.net_pence + l.vat_pence) FILTER (WHERE l.entry_type = 'committed') AS committed,
           sum(l.net_pence + l.vat_pence) FILTER (WHERE l.entry_type = 'released') AS released,
           sum(l.net_pence + l.vat_pence) FILTER (WHERE l.entry_type = 'invoiced') AS invoiced
    FROM budget.ledger AS l
    LEFT JOIN budget.documents AS d USING (document_id)
    WHERE l.financial_year IN ($1::text, $2::text)
    GROUP BY l.document_id, d.document_type
)
SELECT coalesce(sum(committed), 0)::bigint AS committed,
       coalesce(sum(released) FILTER (WHERE document_type = 'cancellation'), 0)::bigint
       - coalesce(sum(invoiced) FILTER (WHERE document_type = 'credit_note'), 0)::bigint AS given_back,
       coalesce(sum(released) FILTER (WHERE document_type = 'invoice' AND released > 0), 0)::bigint AS redeemed,
       coalesce(sum(abs(invoiced - released)) FILTER (WHERE document_type = 'invoice' AND released > 0), 0)::bigint
           AS differed
FROM documents
