-- What the queue is still to cost.

-- name: expected
SELECT line, kind, unit, demand, date_trunc('month', due_on)::date AS month, count(*) AS entries
FROM refresh.queue
WHERE status <> 'ordered' AND due_on <= $1::date
  AND NOT EXISTS (
      SELECT FROM refresh.placements AS p WHERE p.entry_id = queue.entry_id AND p.stock_device_id IS NOT NULL
                                            AND queue.status = 'planned'
  )
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
