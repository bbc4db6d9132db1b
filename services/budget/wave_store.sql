-- name: decided
-- What was answered to earlier releases of these waves.
SELECT wave_id, max(attempt) AS attempt, bool_or(committed) AS committed
FROM budget.waves WHERE wave_id = ANY ($1::uuid[]) GROUP BY wave_id

-- name: keep_wave
INSERT INTO budget.waves (wave_id, attempt, wave, committed, order_ids, explanation, released_by, decided_at)
VALUES ($1::uuid, $2::integer, $3::text, $4::boolean, $5::text[], $6::text, $7::text, $8::timestamptz)

-- name: keep_shares
INSERT INTO budget.wave_shares (order_id, financial_year, line, kind, unit, demand, quantity, net_pence, vat_pence, wave)
SELECT *, $10::text
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bigint[],
            $9::bigint[])
