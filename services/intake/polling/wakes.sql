-- Who is to look now, because somebody called.

-- name: wake
INSERT INTO wakes (feed, whole)
SELECT feed, bool_or(whole) FROM unnest($1::text[], $2::boolean[]) AS asked (feed, whole)
GROUP BY feed
ORDER BY feed
ON CONFLICT (feed) DO UPDATE SET whole = wakes.whole OR excluded.whole, times = wakes.times + 1, asked_at = now()

-- name: is_woken
SELECT EXISTS (SELECT FROM wakes WHERE feed = $1)

-- name: woken
SELECT times, whole FROM wakes WHERE feed = $1 FOR UPDATE

-- name: forget_position
DELETE FROM positions WHERE feed = $1

-- name: begun_anew
UPDATE wakes SET whole = false WHERE feed = $1

-- name: rest
DELETE FROM wakes WHERE feed = $1 AND times = $2
