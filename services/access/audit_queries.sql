-- Reading the audit log.

-- name: lines
-- Lines about one of $1 (in lower case), or written by $2 (null: by nobody), before the line $3 (null: all), the newest
-- $4. Each subject is read along its index for as many lines as are wanted, however many there are.
WITH shown AS (
    SELECT coalesce((SELECT at FROM access.audit WHERE entry = $3::bigint), 'infinity') AS at,
           coalesce($3::bigint, 9223372036854775807) AS entry
)
SELECT about.entry, about.at, about.email, about.roles, about.action, about.subject, about.granted
FROM unnest($1::text[]) AS wanted (subject)
CROSS JOIN LATERAL (
    SELECT a.entry, a.at, a.email, a.roles, a.action, a.subject, a.granted
    FROM access.audit AS a
    WHERE lower(a.subject) = wanted.subject AND (a.at, a.entry) < ((SELECT at FROM shown), (SELECT entry FROM shown))
    ORDER BY a.at DESC, a.entry DESC
    LIMIT $4::integer
) AS about
UNION
(
    SELECT a.entry, a.at, a.email, a.roles, a.action, a.subject, a.granted
    FROM access.audit AS a
    WHERE a.email = $2::text AND (a.at, a.entry) < ((SELECT at FROM shown), (SELECT entry FROM shown))
    ORDER BY a.at DESC, a.entry DESC
    LIMIT $4
)
ORDER BY at DESC, entry DESC
LIMIT $4
