-- name: lock_gates
-- What limits orders beside a line's money: whoever commits holds all of it, so that the last is promised once.
SELECT pg_advisory_xact_lock(hashtext('quartermaster'), hashtext('gates'))

-- name: fill_price_book
-- The file is the source: kinds that left it leave the table.
WITH given AS (
    SELECT kind, bought_instead, net_pence, vat_basis_points, supplier, assumed
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[], $6::boolean[])
         AS given(kind, bought_instead, net_pence, vat_basis_points, supplier, assumed)
),
gone AS (
    DELETE FROM budget.price_book WHERE kind <> ALL ($1)
)
INSERT INTO budget.price_book (kind, bought_instead, net_pence, vat_basis_points, supplier, version, assumed)
SELECT kind, bought_instead, net_pence, vat_basis_points, supplier, $7::text, assumed FROM given
ON CONFLICT (kind) DO UPDATE
SET bought_instead = excluded.bought_instead, net_pence = excluded.net_pence, supplier = excluded.supplier,
    vat_basis_points = excluded.vat_basis_points, version = excluded.version, assumed = excluded.assumed

-- name: fill_prior_years
INSERT INTO budget.prior_years (financial_year, spent_pence, forecast, source)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::text[])
ON CONFLICT (financial_year) DO UPDATE
SET spent_pence = excluded.spent_pence, forecast = excluded.forecast, source = excluded.source

-- name: fill_gate_rules
UPDATE budget.gate_rules
SET route_from_pence = $1::bigint, approval_from_pence = $2::bigint, window_days = $3::integer, version = $4::text

-- name: fill_volume_caps
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[])
                  AS given(financial_year, kind, devices, assumed)
),
gone AS (
    DELETE FROM budget.volume_caps WHERE (financial_year, kind) NOT IN (SELECT financial_year, kind FROM given)
)
INSERT INTO budget.volume_caps (financial_year, kind, devices, assumed)
SELECT financial_year, kind, devices, assumed FROM given
ON CONFLICT (financial_year, kind) DO UPDATE SET devices = excluded.devices, assumed = excluded.assumed

-- name: fill_lead_times
WITH gone AS (
    DELETE FROM budget.lead_times WHERE kind <> ALL ($1::text[])
)
INSERT INTO budget.lead_times (kind, days, assumed)
SELECT * FROM unnest($1::text[], $2::integer[], $3::boolean[])
ON CONFLICT (kind) DO UPDATE SET days = excluded.days, assumed = excluded.assumed

-- name: fill_contracts
-- Lists travel as text, since unnest would flatten them.
WITH gone AS (
    DELETE FROM budget.contracts WHERE contract_id <> ALL ($1::text[])
)
INSERT INTO budget.contracts (contract_id, supplier, kinds, ceiling_pence, starts_on, ends_on, procurement_route,
                              approval_reference, assumed)
SELECT contract_id, supplier, string_to_array(kinds, ','), ceiling_pence, starts_on, ends_on, procurement_route,
       approval_reference, string_to_array(assumed, ',')
FROM unnest($1, $2::text[], $3::text[], $4::bigint[], $5::date[], $6::date[], $7::text[], $8::text[], $9::text[])
     AS given(contract_id, supplier, kinds, ceiling_pence, starts_on, ends_on, procurement_route, approval_reference,
              assumed)
ON CONFLICT (contract_id) DO UPDATE
SET supplier = excluded.supplier, kinds = excluded.kinds, ceiling_pence = excluded.ceiling_pence,
    starts_on = excluded.starts_on, ends_on = excluded.ends_on, procurement_route = excluded.procurement_route,
    approval_reference = excluded.approval_reference, assumed = excluded.assumed

-- name: fill_delegations
WITH gone AS (
    DELETE FROM budget.delegations WHERE delegation_id <> ALL ($1::text[])
)
INSERT INTO budget.delegations (delegation_id, financial_year, lines, total_pence, source)
SELECT delegation_id, financial_year, string_to_array(lines, ','), total_pence, source
FROM unnest($1, $2::text[], $3::text[], $4::bigint[], $5::text[])
     AS given(delegation_id, financial_year, lines, total_pence, source)
ON CONFLICT (delegation_id) DO UPDATE
SET financial_year = excluded.financial_year, lines = excluded.lines, total_pence = excluded.total_pence,
    source = excluded.source

-- name: fill_delegates
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[]) AS given(delegation_id, email)
),
gone AS (
    DELETE FROM budget.delegates WHERE (delegation_id, email) NOT IN (SELECT delegation_id, email FROM given)
)
INSERT INTO budget.delegates (delegation_id, email) SELECT delegation_id, email FROM given
ON CONFLICT DO NOTHING

-- name: hold_unattributed
-- Orders that may turn out to be calls on a contract; held in the order in which everybody holds orders.
SELECT order_id FROM budget.orders WHERE contract_id IS NULL AND supplier IS NOT NULL ORDER BY order_id FOR UPDATE

-- name: attribute_orders
-- An order to a supplier with a contract in its term counts as a call on it.
UPDATE budget.orders AS o
SET contract_id = (
    SELECT c.contract_id FROM budget.contracts AS c
    WHERE c.supplier = o.supplier AND o.placed_on BETWEEN c.starts_on AND c.ends_on
    ORDER BY c.contract_id LIMIT 1)
WHERE o.order_id = ANY ($1::text[])
  AND EXISTS (SELECT FROM budget.contracts AS c
              WHERE c.supplier = o.supplier AND o.placed_on BETWEEN c.starts_on AND c.ends_on)

-- name: take_configuration
-- Answers a row if the content is another than the one held.
INSERT INTO budget.configurations AS held (name, digest, taken_at) VALUES ($1::text, $2::text, $3::timestamptz)
ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, taken_at = excluded.taken_at
WHERE held.digest <> excluded.digest
RETURNING name
