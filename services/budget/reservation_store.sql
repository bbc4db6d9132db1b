-- name: known_requests
SELECT request_id FROM budget.reservations WHERE request_id = ANY ($1::uuid[])
UNION
SELECT request_id FROM budget.unneeded_requests WHERE request_id = ANY ($1)

-- name: keep_unneeded
INSERT INTO budget.unneeded_requests (request_id, reference, told_at)
SELECT *, $3::timestamptz FROM unnest($1::uuid[], $2::text[])
ON CONFLICT DO NOTHING

-- name: reserved
-- What these requests wait for or hold.
SELECT request_id, request_reference, order_id, line, state, financial_year
FROM budget.reservations
WHERE request_id = ANY ($1::uuid[]) AND state <> 'released'
ORDER BY request_id

-- name: release
UPDATE budget.reservations SET state = 'released', decided_at = $2::timestamptz, explanation = ''
WHERE request_id = ANY ($1::uuid[])

-- name: waiting
-- Requests that wait for money on these lines, the oldest first.
SELECT request_id, request_reference, order_id, device_id, line, kind, unit, demand, quantity, asked_at
FROM budget.reservations
WHERE state = 'waiting' AND line = ANY ($1::text[]) AND ($2::uuid[] IS NULL OR request_id = ANY ($2))
ORDER BY asked_at, request_id

-- name: prices
SELECT kind, bought_instead, net_pence, vat_basis_points, supplier FROM budget.price_book

-- name: keep_reservations
INSERT INTO budget.reservations (request_id, request_reference, order_id, device_id, financial_year, line, kind, unit,
                                 demand, quantity, net_pence, vat_pence, state, explanation, asked_at, covered_by, decided_at)
SELECT *, $17::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::integer[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::timestamptz[],
            $16::text[])
ON CONFLICT (request_id) DO UPDATE
SET financial_year = excluded.financial_year, kind = excluded.kind, net_pence = excluded.net_pence,
    vat_pence = excluded.vat_pence, state = excluded.state, explanation = excluded.explanation, covered_by = excluded.covered_by,
    decided_at = excluded.decided_at
WHERE reservations.state = 'waiting'
