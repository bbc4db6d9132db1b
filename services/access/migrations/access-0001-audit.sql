-- Who saw or did what. Nothing here is ever changed or removed by the product.
-- depends: eventlog-0001-equip

CREATE SCHEMA access;

CREATE TABLE access.audit (
    entry   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    email   text        NOT NULL,
    roles   text[]      NOT NULL,
    action  text        NOT NULL,
    subject text        NOT NULL,
    granted boolean     NOT NULL
);
CREATE INDEX ON access.audit (email, at);
CREATE INDEX ON access.audit (subject, at);

CREATE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access.audit
    FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
