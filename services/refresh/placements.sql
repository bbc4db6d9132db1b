-- What becomes of places in waves. The caller holds the transaction and the writer's turn.

-- name: answer_waves
-- An answer counts once, and only for the release it answers.
UPDATE refresh.waves
SET status = CASE WHEN answer.committed THEN 'committed' ELSE 'refused' END, explanation = answer.explanation
FROM unnest($1::uuid[], $2::integer[], $3::boolean[], $4::text[]) AS answer (wave_id, attempt, committed, explanation)
WHERE waves.wave_id = answer.wave_id AND waves.attempt = answer.attempt AND waves.status = 'released'
RETURNING waves.wave_id, answer.committed

-- name: order_placements
UPDATE refresh.placements SET state = 'ordered'
WHERE wave_id = ANY ($1::uuid[]) AND state = 'planned'
RETURNING entry_id, device_id, wave_id AS touched_by

-- name: free_placements
DELETE FROM refresh.placements
WHERE wave_id = ANY ($1::uuid[]) AND state = 'planned'
RETURNING entry_id, device_id, wave_id AS touched_by

-- name: relying_on
SELECT entry_id, device_id, stock_device_id AS touched_by
FROM refresh.placements
WHERE stock_device_id = ANY ($1::uuid[]) AND NOT served

-- name: hand_out
-- A device from the shelf was handed out after it had been set aside. What became of it then is another matter.
UPDATE refresh.placements SET served = true
FROM unnest($1::uuid[], $2::bigint[]) AS told (device_id, revision)
WHERE stock_device_id = told.device_id AND told.revision > stock_revision AND NOT served

-- name: move_placements
-- Two records proved to be one device: its successor is the other's.
UPDATE refresh.placements SET entry_id = merged.into_id, device_id = merged.into_id
FROM unnest($1::uuid[], $2::uuid[]) AS merged (gone_id, into_id)
WHERE placements.device_id = merged.gone_id
  AND NOT EXISTS (SELECT FROM refresh.placements AS other WHERE other.entry_id = merged.into_id)

-- name: let_go
-- Of devices that left the queue, and of those whose device from the shelf went elsewhere. A demand that was ordered
-- keeps its place: the place is all that tells that it was.
DELETE FROM refresh.placements AS p
WHERE (p.device_id IS NOT NULL AND NOT EXISTS (SELECT FROM refresh.queue WHERE queue.entry_id = p.entry_id))
   OR (p.stock_device_id IS NOT NULL AND NOT p.served
       AND NOT EXISTS (SELECT FROM refresh.standing AS shelf WHERE shelf.device_id = p.stock_device_id
                       AND shelf.state = 'in_stock' AND shelf.kind IS NOT NULL))
