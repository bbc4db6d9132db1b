-- name: left
-- $1 year. What may still be committed on each line with an approved sum, before waiting requests are thought of.
SELECT b.line,
       b.approved_pence - b.committed_pence - b.invoiced_pence + coalesce((
           SELECT sum(a.pence) FROM budget.acts AS a
           WHERE a.act = 'override_line' AND a.financial_year = b.financial_year AND a.line = b.line), 0)::bigint
       AS left_pence
FROM budget.balances AS b
WHERE b.financial_year = $1::text AND b.approved_pence > 0
ORDER BY b.line

-- name: waited_for
-- What the requests that wait for money on each line would cost today.
SELECT r.line,
       sum((p.net_pence + (p.net_pence * p.vat_basis_points + 5000) / 10000) * r.quantity)::bigint AS gross_pence
FROM budget.reservations AS r
JOIN budget.price_book AS p ON p.kind = r.kind
WHERE r.state = 'waiting'
GROUP BY r.line

-- name: volume_left
-- $1 year.
SELECT c.kind,
       greatest(0, c.devices - coalesce(v.ordered, 0) + coalesce((
           SELECT sum(a.devices) FROM budget.acts AS a
           WHERE a.act = 'override_cap' AND a.financial_year = c.financial_year AND a.kind = c.kind), 0))::bigint
       AS devices
FROM budget.volume_caps AS c
LEFT JOIN budget.volumes AS v USING (financial_year, kind)
WHERE c.financial_year = $1::text
ORDER BY c.kind

-- name: plan_prices
-- $1 day of ordering. The contract that a call would be made on: one in its term before one that is not.
SELECT p.kind AS asked_for, p.bought_instead AS kind, p.net_pence,
       (p.net_pence * p.vat_basis_points + 5000) / 10000 AS vat_pence,
       coalesce(l.days, 0) AS lead_days, p.supplier, c.contract_id, p.assumed,
       greatest(c.ceiling_pence - coalesce(called.called_pence, 0), 0) AS contract_left_pence
FROM budget.price_book AS p
LEFT JOIN budget.lead_times AS l ON l.kind = p.bought_instead
LEFT JOIN LATERAL (
    SELECT contract_id, ceiling_pence FROM budget.contracts AS c
    WHERE c.supplier = p.supplier AND p.bought_instead = ANY (c.kinds)
    ORDER BY $1::date BETWEEN c.starts_on AND c.ends_on DESC, c.ends_on DESC, c.contract_id
    LIMIT 1
) AS c ON true
LEFT JOIN budget.contract_calls AS called USING (contract_id)
ORDER BY p.kind
