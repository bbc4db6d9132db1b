-- name: ageing_by_kind
-- A row a kind, of these ($1) or of all: a few hundred measures of units are summed up.
SELECT kind, sum(deployed)::integer AS deployed, sum(past_policy_life)::integer AS past_policy_life
FROM watch.ageing
WHERE $1::text[] IS NULL OR kind = ANY ($1)
GROUP BY kind
ORDER BY kind
