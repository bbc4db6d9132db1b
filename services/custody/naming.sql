-- name: references_of
-- The newest record of each term that the viewer may see: by C-number, serial or asset tag. $1 is the viewer's units.
SELECT DISTINCT ON (wanted.term) wanted.term, found.reference
FROM unnest($2::text[]) AS wanted (term)
CROSS JOIN LATERAL (
    SELECT reference, came_at, ended_at FROM custody.records
    WHERE reference = upper(wanted.term) AND ($1::text[] IS NULL OR unit = ANY ($1))
    UNION ALL
    SELECT reference, came_at, ended_at FROM custody.records
    WHERE serial IN (wanted.term, upper(wanted.term)) AND ($1::text[] IS NULL OR unit = ANY ($1))
    UNION ALL
    SELECT reference, came_at, ended_at FROM custody.records
    WHERE upper(asset_tag) = upper(wanted.term) AND ($1::text[] IS NULL OR unit = ANY ($1))
) AS found
ORDER BY wanted.term, (found.ended_at IS NULL) DESC, found.came_at DESC, found.reference
