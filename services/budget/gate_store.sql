-- name: gate_rules
SELECT route_from_pence, approval_from_pence, window_days FROM budget.gate_rules

-- name: contracts
SELECT c.contract_id, c.supplier, c.kinds, c.ceiling_pence, c.starts_on, c.ends_on, c.procurement_route,
       c.approval_reference, coalesce(called.called_pence, 0) AS called_pence
FROM budget.contracts AS c LEFT JOIN budget.contract_calls AS called USING (contract_id)

-- name: delegations
SELECT d.delegation_id, d.financial_year, d.lines, d.total_pence,
       array(SELECT email FROM budget.delegates AS e WHERE e.delegation_id = d.delegation_id ORDER BY email) AS emails,
       coalesce((SELECT sum(o.gross_pence) FROM budget.orders AS o WHERE o.delegation_id = d.delegation_id), 0)::bigint
       AS delegated_pence
FROM budget.delegations AS d

-- name: volumes
-- $1 years. Null devices: no cap for that kind in that year.
SELECT financial_year, kind, coalesce(v.ordered, 0) AS ordered,
       c.devices + coalesce((
           SELECT sum(a.devices) FROM budget.acts AS a
           WHERE a.act = 'override_cap' AND a.financial_year = c.financial_year AND a.kind = c.kind), 0)::bigint
       AS devices
FROM budget.volume_caps AS c FULL JOIN budget.volumes AS v USING (financial_year, kind)
WHERE financial_year = ANY ($1::text[])

-- name: windows
-- $1 the day that the window lies around. Orders of each supplier that we buy from.
SELECT o.supplier, sum(o.gross_pence)::bigint AS gross_pence
FROM budget.orders AS o, budget.gate_rules AS g
WHERE o.supplier IN (SELECT supplier FROM budget.price_book UNION SELECT supplier FROM budget.contracts)
  AND o.placed_on BETWEEN $1::date - g.window_days AND $1::date + g.window_days
GROUP BY o.supplier

-- name: placed
SELECT order_id, gross_pence, supplier, contract_id, placed_on, delegation_id, procurement_route, approval_reference,
       released_by, ours
FROM budget.orders
WHERE order_id = ANY ($1::text[])

-- name: place_ours
-- Under what our own orders were committed. What finance says later of supplier and day does not change that.
UPDATE budget.orders AS o
SET supplier = g.supplier, contract_id = g.contract_id, placed_on = g.placed_on, delegation_id = g.delegation_id,
    procurement_route = g.procurement_route, approval_reference = g.approval_reference, released_by = g.released_by,
    ours = true
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[])
     AS g(order_id, supplier, contract_id, placed_on, delegation_id, procurement_route, approval_reference, released_by)
WHERE o.order_id = g.order_id

-- name: place_finances
-- $1 orders. An order of finance's is known by its earliest purchase order that names a supplier; a contract of that
-- supplier in whose term it lies was called off.
WITH told AS (
    SELECT DISTINCT ON (d.order_id) d.order_id, d.supplier, d.document_date
    FROM budget.documents AS d
    WHERE d.order_id = ANY ($1::text[]) AND d.document_type = 'purchase_order'
    ORDER BY d.order_id, d.supplier IS NULL, d.document_date, d.document_id
)
UPDATE budget.orders AS o
SET supplier = t.supplier, placed_on = t.document_date,
    contract_id = (SELECT c.contract_id FROM budget.contracts AS c
                   WHERE c.supplier = t.supplier AND t.document_date BETWEEN c.starts_on AND c.ends_on
                   ORDER BY c.contract_id LIMIT 1)
FROM told AS t
WHERE o.order_id = t.order_id AND NOT o.ours
