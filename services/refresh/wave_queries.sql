-- What others read of waves.

-- name: placed
-- A place is held by an order, or by a device that lies on the shelf for it or was handed out.
SELECT p.device_id, p.wave, coalesce(p.order_id, '') AS order_id
FROM refresh.placements AS p
LEFT JOIN refresh.standing AS shelf ON shelf.device_id = p.stock_device_id
WHERE p.device_id = ANY ($1::uuid[])
  AND (p.stock_device_id IS NULL OR p.served OR (shelf.state = 'in_stock' AND shelf.kind IS NOT NULL))

-- name: waves
SELECT wave, status, quarter, entries, gross_pence, proposed_by, proposed_at, decided_by, decided_at
FROM refresh.waves
ORDER BY number DESC
LIMIT $1
