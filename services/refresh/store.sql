-- Statements that write the refresh queue. The caller holds the transaction.

-- name: take_turn
SELECT pg_advisory_xact_lock(hashtext('quartermaster refresh'), hashtext('writer'))

-- name: record_failures
INSERT INTO refresh.failures (device_id, ticket, failed_on, withdrawn, told_at, revision)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::boolean[], $5::timestamptz[], $6::bigint[])
ON CONFLICT (device_id, ticket) DO UPDATE
SET failed_on = least(failures.failed_on, excluded.failed_on), told_at = least(failures.told_at, excluded.told_at),
    withdrawn = CASE WHEN excluded.revision > failures.revision THEN excluded.withdrawn
                     WHEN excluded.revision < failures.revision THEN failures.withdrawn
                     ELSE failures.withdrawn OR excluded.withdrawn END,
    revision = greatest(failures.revision, excluded.revision)
WHERE excluded.failed_on < failures.failed_on OR excluded.told_at < failures.told_at
   OR excluded.revision > failures.revision OR excluded.withdrawn > failures.withdrawn

-- name: record_requests
INSERT INTO refresh.requests AS known
    (request_id, reference, device_id, serial, unit, kind, reason, approved_on, order_id, refused_at, waiting_for,
     accessibility_needs, from_stock, ended, closed_on)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[],
                     $9::text[], $10::timestamptz[], $11::text[], $12::boolean[], $13::boolean[], $14::boolean[],
                     $15::date[])
ON CONFLICT (request_id) DO UPDATE
SET device_id   = coalesce(known.device_id, excluded.device_id),
    serial      = coalesce(known.serial, excluded.serial),
    unit        = coalesce(known.unit, excluded.unit),
    kind        = coalesce(known.kind, excluded.kind),
    reason      = coalesce(known.reason, excluded.reason),
    approved_on = coalesce(known.approved_on, excluded.approved_on),
    order_id    = coalesce(known.order_id, excluded.order_id),
    accessibility_needs = coalesce(known.accessibility_needs, excluded.accessibility_needs),
    from_stock  = coalesce(known.from_stock, excluded.from_stock),
    ended       = coalesce(known.ended, excluded.ended),
    closed_on   = coalesce(known.closed_on, excluded.closed_on),
    refused_at  = greatest(known.refused_at, excluded.refused_at),
    waiting_for = CASE
        WHEN excluded.refused_at IS NULL THEN known.waiting_for
        WHEN known.refused_at IS NULL OR (excluded.refused_at, excluded.waiting_for) > (known.refused_at, known.waiting_for)
        THEN excluded.waiting_for
        ELSE known.waiting_for
    END
RETURNING request_id, device_id

-- name: standings
SELECT device_id, revision, state, serial, kind, model, os, os_version, unit, purchased_on, due_on, past_life, changes_on,
       warranty_ends_on, battery_health_percent, told_on
FROM refresh.standing
WHERE device_id = ANY ($1::uuid[])

-- name: failures_of
SELECT device_id, failed_on
FROM refresh.failures
WHERE device_id = ANY ($1::uuid[]) AND NOT withdrawn
ORDER BY device_id, failed_on

-- name: requests_of
-- The request that speaks for a device: one that is served, else the one approved first. One that was heard of for the
-- first time at its end was never approved, and says nothing.
SELECT DISTINCT ON (device_id)
    request_id, reference, device_id, serial, unit, kind, reason, approved_on, order_id, waiting_for,
    accessibility_needs, from_stock, ended, closed_on
FROM refresh.requests
WHERE device_id = ANY ($1::uuid[]) AND ended IS NOT TRUE
  AND (approved_on IS NOT NULL OR order_id IS NOT NULL OR waiting_for IS NOT NULL)
ORDER BY device_id, order_id IS NULL AND from_stock IS NOT TRUE, approved_on, request_id

-- name: requests_by_id
SELECT request_id, reference, device_id, serial, unit, kind, reason, approved_on, order_id, waiting_for,
       accessibility_needs, from_stock, ended, closed_on
FROM refresh.requests
WHERE request_id = ANY ($1::uuid[])

-- name: placements
SELECT entry_id, wave, state, order_id, stock_device_id, holds
FROM refresh.placements
WHERE entry_id = ANY ($1::uuid[])

-- name: demand_places
SELECT p.entry_id, d.demand_id, d.reference, d.cause, d.kind, d.unit, d.needed_by, d.reason, d.withdrawn_at IS NOT NULL
FROM refresh.demand_places AS p
JOIN refresh.demands AS d USING (demand_id)
WHERE p.entry_id = ANY ($1::uuid[])

-- name: entries
SELECT entry_id, device_id, request_id, request_reference, serial, kind, model, unit, demand, rule, reason,
       policy_version, due_on, score, score_parts, status, waiting_for, line, cause, wave, order_id, demand_id
FROM refresh.queue
WHERE entry_id = ANY ($1::uuid[])

-- name: write_standings
INSERT INTO refresh.standing AS known
    (device_id, revision, state, serial, kind, model, os, os_version, unit, purchased_on, due_on, past_life, changes_on,
     warranty_ends_on, battery_health_percent, told_on)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::date[], $11::date[], $12::boolean[], $13::date[], $14::date[],
                     $15::integer[], $16::date[])
ON CONFLICT (device_id) DO UPDATE
SET revision = excluded.revision, state = excluded.state, serial = excluded.serial, kind = excluded.kind,
    model = excluded.model, os = excluded.os, os_version = excluded.os_version, unit = excluded.unit,
    purchased_on = excluded.purchased_on, due_on = excluded.due_on, past_life = excluded.past_life,
    changes_on = excluded.changes_on, warranty_ends_on = excluded.warranty_ends_on,
    battery_health_percent = excluded.battery_health_percent, told_on = excluded.told_on
WHERE excluded.revision >= known.revision

-- name: write_entries
INSERT INTO refresh.queue AS known
    (entry_id, device_id, request_id, request_reference, serial, kind, model, unit, demand, rule, reason,
     policy_version, due_on, score, score_parts, status, waiting_for, line, cause, wave, order_id, demand_id,
     entered_at)
SELECT *, $23::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::date[], $14::integer[], $15::jsonb[], $16::text[], $17::text[],
            $18::text[], $19::text[], $20::text[], $21::text[], $22::uuid[])
ON CONFLICT (entry_id) DO UPDATE
SET request_id = excluded.request_id, request_reference = excluded.request_reference, serial = excluded.serial,
    kind = excluded.kind, model = excluded.model, unit = excluded.unit, demand = excluded.demand, rule = excluded.rule,
    reason = excluded.reason, policy_version = excluded.policy_version, due_on = excluded.due_on,
    score = excluded.score, score_parts = excluded.score_parts, status = excluded.status,
    waiting_for = excluded.waiting_for, line = excluded.line, cause = excluded.cause, wave = excluded.wave,
    order_id = excluded.order_id

-- name: remove_entries
DELETE FROM refresh.queue WHERE entry_id = ANY ($1::uuid[])

-- name: count_ageing
INSERT INTO refresh.ageing AS known (unit, kind, deployed, past_policy_life, sequence, measured_on)
SELECT unit, kind, deployed, past, 1, $5
FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[]) AS counted (unit, kind, deployed, past)
ON CONFLICT (unit, kind) DO UPDATE
SET deployed = known.deployed + excluded.deployed,
    past_policy_life = known.past_policy_life + excluded.past_policy_life,
    sequence = known.sequence + 1,
    measured_on = excluded.measured_on
RETURNING unit, kind, sequence, measured_on, deployed, past_policy_life

-- name: adopt_policy
-- The last adopted is in force, so it is adopted after every other, also by a clock that is behind.
INSERT INTO refresh.policies (fingerprint, version, content, adopted_at, adopted_by)
SELECT $1, $2, $3, greatest($4, max(adopted_at) + interval '1 microsecond'), $5 FROM refresh.policies
ON CONFLICT (fingerprint) DO UPDATE
SET version = excluded.version, content = excluded.content, adopted_at = excluded.adopted_at,
    adopted_by = excluded.adopted_by

-- name: stamp_in_force
SELECT fingerprint, adopted_at FROM refresh.policies ORDER BY adopted_at DESC, fingerprint LIMIT 1

-- name: policy_in_force
SELECT fingerprint, adopted_at, content FROM refresh.policies ORDER BY adopted_at DESC, fingerprint LIMIT 1

-- name: devices_known
SELECT count(*) FROM refresh.standing

-- name: version_known
SELECT EXISTS (SELECT FROM refresh.policies WHERE version = $1)

-- name: policies_of_version
SELECT content FROM refresh.policies WHERE version = $1

-- name: end_closed
-- A request that was closed speaks for its device until the day is over: by then all has been heard of where that is.
UPDATE refresh.requests SET ended = true
WHERE closed_on < $1::date AND ended IS NOT TRUE
RETURNING device_id

-- name: last_sweep
SELECT swept_on, fingerprint FROM refresh.sweep

-- name: swept
INSERT INTO refresh.sweep (swept_on, fingerprint) VALUES ($1, $2)
ON CONFLICT (one_row) DO UPDATE SET swept_on = excluded.swept_on, fingerprint = excluded.fingerprint

-- name: sweep_lock
SELECT pg_try_advisory_lock(hashtext('quartermaster refresh'), hashtext('sweep'))

-- name: sweep_unlock
SELECT pg_advisory_unlock(hashtext('quartermaster refresh'), hashtext('sweep'))

-- name: next_of_all
SELECT device_id FROM refresh.standing WHERE device_id > $1 ORDER BY device_id LIMIT $2

-- name: next_of_turned
SELECT device_id FROM refresh.standing WHERE device_id > $1 AND changes_on <= $3 ORDER BY device_id LIMIT $2

-- name: entries_without_facts
SELECT entry_id, device_id, demand_id FROM refresh.queue
WHERE NOT EXISTS (SELECT FROM refresh.standing WHERE standing.device_id = queue.device_id)
