-- The register: devices, the names they go by, their history, their failures, and the counts.
-- depends: eventlog-0001-equip

CREATE SCHEMA register;
DO $$ BEGIN PERFORM eventlog.equip('register'); END $$;

-- `names` are the identifiers, one a line. `weights` says for each field, in the order of rules/facts.py, how weighty
-- the observation behind it was: 64-bit integers packed into one value, since they are rewritten at every check-in.
-- `version` counts the writes: a writer that read an older one must look again, so reading locks nothing.
-- Room is left in each page so that a check-in rewrites a row in place.
CREATE TABLE register.devices (
    device_id        uuid        PRIMARY KEY,
    names            text        NOT NULL,
    serial           text,
    asset_tag        text,
    kind             text,
    manufacturer     text,
    model            text,
    os               text,
    os_version       text,
    recorded_state   text,
    unit             text,
    holder_email     text,
    purchased_on     date,
    warranty_ends_on date,
    cost_pence       bigint,
    compliant        boolean,
    last_seen_at     timestamptz,
    in_use_at        timestamptz,
    wiped_at         timestamptz,
    state            text        NOT NULL,
    revision         integer     NOT NULL,
    version          bigint      NOT NULL,
    weights          bytea       NOT NULL
) WITH (fillfactor = 75);
CREATE INDEX ON register.devices (holder_email) WHERE holder_email IS NOT NULL;
CREATE INDEX ON register.devices (upper(asset_tag)) WHERE asset_tag IS NOT NULL;

CREATE TABLE register.identifiers (
    name      text COLLATE "C" PRIMARY KEY,
    device_id uuid NOT NULL
);

CREATE TABLE register.history (
    entry     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id uuid        NOT NULL,
    at        timestamptz NOT NULL,
    field     text        NOT NULL,
    before    text,
    after     text,
    source    text        NOT NULL
);
CREATE INDEX ON register.history (device_id, at);

CREATE TABLE register.failures (
    ticket       text        PRIMARY KEY,
    device_id    uuid        NOT NULL,
    opened_at    timestamptz NOT NULL,
    ticket_state text        NOT NULL,
    weight       bigint      NOT NULL
);
CREATE INDEX ON register.failures (device_id);

CREATE TABLE register.counts (
    kind            text    NOT NULL,
    unit            text    NOT NULL,
    model           text    NOT NULL,
    state           text    NOT NULL,
    os              text    NOT NULL,
    purchased_month date    NOT NULL,
    devices         integer NOT NULL,
    PRIMARY KEY (unit, kind, model, state, os, purchased_month)
);
