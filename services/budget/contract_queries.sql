-- name: contracts
SELECT c.contract_id, c.supplier, c.kinds, c.ceiling_pence, coalesce(k.called_pence, 0) AS called_pence, c.starts_on,
       c.ends_on, c.procurement_route, c.approval_reference, c.assumed
FROM budget.contracts AS c LEFT JOIN budget.contract_calls AS k USING (contract_id)
ORDER BY c.contract_id

-- name: gate_limits
SELECT route_from_pence, approval_from_pence, window_days FROM budget.gate_rules

-- name: delegations
SELECT d.delegation_id, d.financial_year, d.lines, d.total_pence, d.source,
       coalesce((SELECT sum(o.gross_pence) FROM budget.orders AS o WHERE o.delegation_id = d.delegation_id),
                0)::bigint AS released_pence,
       array(SELECT email FROM budget.delegates AS e WHERE e.delegation_id = d.delegation_id ORDER BY email) AS emails
FROM budget.delegations AS d
ORDER BY d.delegation_id

-- name: ungated_orders
-- Orders that finance's documents brought, worth more than a threshold without carrying what it asks for.
SELECT o.order_id, o.supplier, o.placed_on, o.gross_pence,
       coalesce(o.procurement_route, c.procurement_route) IS NULL AS lacks_route,
       o.gross_pence >= g.approval_from_pence AND coalesce(o.approval_reference, c.approval_reference) IS NULL
       AS lacks_approval
FROM budget.orders AS o
LEFT JOIN budget.contracts AS c USING (contract_id)
CROSS JOIN budget.gate_rules AS g
WHERE o.gross_pence >= g.route_from_pence
  AND (coalesce(o.procurement_route, c.procurement_route) IS NULL
       OR o.gross_pence >= g.approval_from_pence AND coalesce(o.approval_reference, c.approval_reference) IS NULL)
ORDER BY o.gross_pence DESC, o.order_id
