-- Dead letters are counted by source, found wherever they lie, and lose what they hold some time after they are settled.
-- depends: eventlog-0001-equip

-- Every schema that has a dead-letter store: whatever service was equipped, also after this migration.
CREATE FUNCTION eventlog.equipped() RETURNS SETOF name LANGUAGE sql STABLE AS $$
    SELECT n.nspname
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'dead_letters' AND c.relkind = 'r' AND n.nspname !~ '^pg_'
    ORDER BY n.nspname
$$;

-- A store as it is from now on. A forgotten letter has neither body nor context; why and when stay.
CREATE FUNCTION eventlog.equip_dead_letters(service name) RETURNS void LANGUAGE plpgsql AS $equip$
BEGIN
    EXECUTE format('ALTER TABLE %1$I.dead_letters ADD COLUMN forgotten_at timestamptz', service);
    EXECUTE format('CREATE INDEX ON %1$I.dead_letters (source, first_seen) WHERE settled_at IS NULL', service);
    EXECUTE format($sql$
        CREATE INDEX ON %1$I.dead_letters (settled_at) WHERE settled_at IS NOT NULL AND forgotten_at IS NULL
    $sql$, service);
END
$equip$;

DO $$ BEGIN PERFORM eventlog.equip_dead_letters(service) FROM eventlog.equipped() AS service; END $$;

-- Whoever is equipped later has it from the start.
ALTER FUNCTION eventlog.equip(name) RENAME TO equip_first;
CREATE FUNCTION eventlog.equip(service name) RETURNS void LANGUAGE sql AS $$
    SELECT eventlog.equip_first(service);
    SELECT eventlog.equip_dead_letters(service);
$$;

-- Reasons that differ in a line or a count only are one reason: figures are taken out.
CREATE FUNCTION eventlog.reason_in_common(reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(reason, '\d+', '#', 'g') $$;

-- A group's name, short enough for a button.
CREATE FUNCTION eventlog.reason_key(source text, reason text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT md5(source || E'\n' || eventlog.reason_in_common(reason)) $$;

-- What is open everywhere, grouped where it lies, so that only groups travel. `latest` is the letter seen last.
CREATE FUNCTION eventlog.dead_letter_groups()
RETURNS TABLE (service text, source text, reason text, reason_key text, letters bigint, seen bigint,
               first_seen timestamptz, last_seen timestamptz, latest uuid)
LANGUAGE plpgsql STABLE AS $groups$
DECLARE
    schema_name name;
BEGIN
    FOR schema_name IN SELECT * FROM eventlog.equipped() LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L, d.source,
                   CASE WHEN min(d.reason) = max(d.reason) THEN min(d.reason) ELSE eventlog.reason_in_common(d.reason) END,
                   eventlog.reason_key(d.source, min(d.reason)),
                   count(*), sum(d.seen), min(d.first_seen), max(d.last_seen),
                   (array_agg(d.fingerprint ORDER BY d.last_seen DESC, d.fingerprint))[1]
            FROM %1$I.dead_letters AS d
            WHERE d.settled_at IS NULL
            GROUP BY d.source, eventlog.reason_in_common(d.reason)
        $sql$, schema_name);
    END LOOP;
END
$groups$;

-- How many are open everywhere, and since when (real time): cheap enough to be asked every few seconds.
CREATE FUNCTION eventlog.open_dead_letters()
RETURNS TABLE (service text, source text, letters bigint, oldest timestamptz)
LANGUAGE plpgsql STABLE AS $open$
DECLARE
    schema_name name;
BEGIN
    FOR schema_name IN SELECT * FROM eventlog.equipped() LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L, d.source, count(*), min(d.first_seen)
            FROM %1$I.dead_letters AS d
            WHERE d.settled_at IS NULL
            GROUP BY d.source
        $sql$, schema_name);
    END LOOP;
END
$open$;

-- The services in whose store a letter of this fingerprint lies, with what may be shown of it.
CREATE FUNCTION eventlog.dead_letter(wanted uuid, most_bytes integer)
RETURNS TABLE (service text, fingerprint uuid, source text, reason text, context jsonb, beginning bytea, size integer,
               first_seen timestamptz, last_seen timestamptz, seen integer, settled_at timestamptz, settled_as text,
               forgotten_at timestamptz)
LANGUAGE plpgsql STABLE AS $letter$
DECLARE
    schema_name name;
BEGIN
    FOR schema_name IN SELECT * FROM eventlog.equipped() LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L, d.fingerprint, d.source, d.reason, d.context, substring(d.body FROM 1 FOR $2), length(d.body),
                   d.first_seen, d.last_seen, d.seen, d.settled_at, d.settled_as, d.forgotten_at
            FROM %1$I.dead_letters AS d
            WHERE d.fingerprint = $1
        $sql$, schema_name) USING wanted, most_bytes;
    END LOOP;
END
$letter$;
