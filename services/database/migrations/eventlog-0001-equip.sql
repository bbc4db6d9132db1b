-- Gives a service's schema the three tables by which nothing is lost and nothing counts twice.
-- depends:

CREATE SCHEMA eventlog;

CREATE FUNCTION eventlog.equip(service name) RETURNS void LANGUAGE plpgsql AS $equip$
BEGIN
    -- What has been applied. A key is the 128-bit name of (CloudEvents source, id).
    EXECUTE format($sql$
        CREATE TABLE %1$I.inbox (
            event_key   uuid PRIMARY KEY,
            accepted_on date NOT NULL DEFAULT current_date
        )
    $sql$, service);
    EXECUTE format('CREATE INDEX ON %1$I.inbox USING brin (accepted_on)', service);

    -- What is to be published. A row is readable in order once no older transaction is still open, so rows are
    -- ordered by (transaction, position) and the relay needs no mark on a row: it keeps one cursor for each log.
    EXECUTE format($sql$
        CREATE TABLE %1$I.outbox (
            transaction xid8        NOT NULL DEFAULT pg_current_xact_id(),
            position    bigint      GENERATED ALWAYS AS IDENTITY,
            topic       text        NOT NULL,
            key         text        NOT NULL,
            event       bytea       NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (transaction, position)
        )
    $sql$, service);
    EXECUTE format($sql$
        CREATE TABLE %1$I.outbox_cursor (
            log_id      text   PRIMARY KEY,
            transaction xid8   NOT NULL,
            position    bigint NOT NULL,
            moved_at    timestamptz NOT NULL DEFAULT now()
        )
    $sql$, service);

    -- What could not be applied, byte for byte, and why.
    EXECUTE format($sql$
        CREATE TABLE %1$I.dead_letters (
            fingerprint uuid        PRIMARY KEY,
            source      text        NOT NULL,
            reason      text        NOT NULL,
            body        bytea       NOT NULL,
            context     jsonb       NOT NULL DEFAULT '{}',
            first_seen  timestamptz NOT NULL DEFAULT now(),
            last_seen   timestamptz NOT NULL DEFAULT now(),
            seen        integer     NOT NULL DEFAULT 1,
            settled_at  timestamptz,
            settled_as  text CHECK (settled_as IN ('replayed', 'discarded'))
        )
    $sql$, service);
END
$equip$;
