-- name: hold_placing
-- A release of a wave holds the same lock alone.
SELECT pg_advisory_xact_lock_shared(hashtext('quartermaster'), hashtext('placing'))

-- name: hold_placing_alone
SELECT pg_advisory_xact_lock(hashtext('quartermaster'), hashtext('placing'))
