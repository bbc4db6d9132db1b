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

-- name: shelf_moved
-- The least revisions count, so that the order in which they are heard does not.
UPDATE refresh.placements AS p
SET handed_revision = least(p.handed_revision, moved.handed), left_revision = least(p.left_revision, moved.gone)
FROM (
    SELECT held.entry_id, min(told.revision) FILTER (WHERE told.handed) AS handed,
           min(told.revision) FILTER (WHERE NOT told.handed) AS gone
    FROM unnest($1::uuid[], $2::bigint[], $3::boolean[]) AS told (device_id, revision, handed)
    JOIN refresh.placements AS held ON held.stock_device_id = told.device_id AND told.revision > held.stock_revision
    GROUP BY 1
) AS moved
WHERE p.entry_id = moved.entry_id
RETURNING p.entry_id, p.device_id, p.stock_device_id AS touched_by

-- name: move_placements
-- Records proved to be one device: its successor is the other's. Of two that have one, an ordered one that holds goes.
UPDATE refresh.placements SET entry_id = moved.into_id, device_id = moved.into_id
FROM (
    SELECT DISTINCT ON (merged.into_id) merged.gone_id, merged.into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS merged (gone_id, into_id)
    JOIN refresh.placements AS held ON held.device_id = merged.gone_id
    WHERE NOT EXISTS (SELECT FROM refresh.placements AS other WHERE other.entry_id = merged.into_id)
    ORDER BY merged.into_id, held.holds DESC, held.state = 'ordered' DESC, merged.gone_id
) AS moved
WHERE placements.device_id = moved.gone_id

-- name: let_go
-- Of devices that left the queue, and of those whose device from the shelf went elsewhere. A demand that was ordered
-- keeps its place: the place is all that tells that it was. So does a device with a request, which the place serves.
DELETE FROM refresh.placements AS p
WHERE NOT p.holds
   OR (p.device_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM refresh.queue WHERE queue.entry_id = p.entry_id)
       AND NOT EXISTS (SELECT FROM refresh.requests WHERE requests.device_id = p.device_id AND requests.ended IS NOT TRUE))
