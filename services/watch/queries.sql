-- name: open_alerts
-- $1 the viewer's units (null: all), $2 whether they see budgets, $3 their own address, $4 whether they see prices.
SELECT key, episode, revision, condition, severity, audience, unit, headline, detail, measured, threshold,
       raised_at, cleared_at, owner, above, in_channel, about
FROM watch.alerts
WHERE cleared_at IS NULL
  AND CASE WHEN owner = $3::text OR above = $3 THEN true
           WHEN audience = 'budget' THEN $2::boolean
           WHEN audience = 'commercial' THEN $4::boolean
           ELSE $1::text[] IS NULL OR coalesce(unit = ANY ($1), false) END
ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, raised_at DESC, key
