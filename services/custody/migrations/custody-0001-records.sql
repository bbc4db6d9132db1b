-- Returned devices on their way to their end: records, the chain of custody of each, and what proves it.
-- depends: eventlog-0001-equip

CREATE SCHEMA custody;
DO $$ BEGIN PERFORM eventlog.equip('custody'); END $$;

CREATE FUNCTION custody.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'custody.% is append-only: what happened is added, never changed', tg_table_name; END $$;

-- What the register and device management told of a device, each fact by its own order, so that no order of hearing
-- shows. A device that was only ever in use has no row. `left_*` is the last word that it was in use, or gone.
CREATE TABLE custody.standings (
    device_id          uuid        PRIMARY KEY,
    revision           integer     NOT NULL DEFAULT 0,
    state              text,
    told_at            timestamptz,
    left_revision      integer     NOT NULL DEFAULT 0,
    left_state         text,
    left_at            timestamptz,
    sanitised_revision integer     NOT NULL DEFAULT 0,
    wiped_at           timestamptz,
    failed_at          timestamptz,
    merged_into        uuid
);

CREATE SEQUENCE custody.reference_numbers;
CREATE SEQUENCE custody.batch_numbers;
CREATE SEQUENCE custody.certificate_numbers;

-- A file that proves something, byte for byte. `digest` is the SHA-256 of `content`.
CREATE TABLE custody.documents (
    document_id uuid        PRIMARY KEY,
    digest      text        NOT NULL UNIQUE,
    name        text        NOT NULL,
    size        integer     NOT NULL CHECK (size BETWEEN 1 AND 10485760),
    content     bytea       NOT NULL,
    kept_at     timestamptz NOT NULL,
    kept_by     text        NOT NULL
);
ALTER TABLE custody.documents ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody.documents
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();

-- One act of one person on one or many devices. `refused` says of each that stayed why: [["C-7", "…"], …].
CREATE TABLE custody.batches (
    batch_id  uuid        PRIMARY KEY,
    batch     text        NOT NULL UNIQUE,
    cause     text        NOT NULL,
    at        timestamptz NOT NULL,
    who       text        NOT NULL,
    refused   jsonb       NOT NULL DEFAULT '[]'
);

-- A device's stay in custody. `opened_revision` is the register's revision of the word that began it, `acted_at` when
-- a person last had it in hand (not: reviewed it), `moved_at` when anybody moved it. `revision` counts its moves and is the number of its last link;
-- `head` is that link's digest. Who held the device stands here and not in the chain, so that it can be forgotten.
CREATE TABLE custody.records (
    custody_id         uuid        PRIMARY KEY,
    reference          text        NOT NULL UNIQUE,
    revision           integer     NOT NULL,
    device_id          uuid        NOT NULL,
    state              text        NOT NULL,
    serial             text,
    asset_tag          text,
    kind               text,
    manufacturer       text,
    model              text,
    unit               text,
    purchased_on       date,
    last_holder        text,
    came_at            timestamptz NOT NULL,
    opened_revision    integer     NOT NULL,
    place              text        NOT NULL,
    moved_at           timestamptz NOT NULL,
    acted_at           timestamptz,
    ended_at           timestamptz,
    proof              text        CHECK (proof IN ('mdm', 'certificate', 'inspection', 'destruction')),
    proof_at           timestamptz,
    document_id        uuid        REFERENCES custody.documents,
    certificate_issuer text,
    certificate_number text,
    condition          text        CHECK (condition IN ('good', 'fair', 'poor')),
    route              text        CHECK (route IN ('resale', 'redistribution', 'recycling')),
    review             text,
    review_edition     text,
    residual_pence     bigint,
    charity            text,
    weee_note          text,
    proceeds_pence     bigint,
    batch              text,
    command_id         uuid,
    attempts           integer     NOT NULL DEFAULT 0,
    unmanaged          boolean     NOT NULL DEFAULT false,
    head               text        NOT NULL,
    -- The rule of DESIGN §4.4 once more, where nothing gets past it.
    CHECK (state NOT IN ('sanitised', 'reviewed', 'destroyed', 'resold', 'redistributed', 'recycled')
           OR proof IS NOT NULL),
    CHECK (state NOT IN ('resold', 'redistributed') OR (route IS NOT NULL AND proof <> 'destruction'))
);
CREATE UNIQUE INDEX one_open_record_a_device ON custody.records (device_id) WHERE ended_at IS NULL;
CREATE INDEX ON custody.records (device_id, came_at);
CREATE INDEX ON custody.records (state, moved_at) WHERE ended_at IS NULL;
CREATE INDEX ON custody.records (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ON custody.records (serial) WHERE serial IS NOT NULL;
CREATE INDEX ON custody.records (upper(asset_tag)) WHERE asset_tag IS NOT NULL;
CREATE INDEX ON custody.records (command_id) WHERE command_id IS NOT NULL;

-- The chain of custody: each link holds the digest of the one before. `details` is what the step brought, as it was
-- digested (rules/chain.py).
CREATE TABLE custody.chain (
    custody_id uuid        NOT NULL REFERENCES custody.records,
    number     integer     NOT NULL,
    at         timestamptz NOT NULL,
    cause      text        NOT NULL,
    source     text        NOT NULL,
    target     text        NOT NULL,
    what       text        NOT NULL,
    who        text        NOT NULL,
    place      text        NOT NULL,
    batch      text,
    details    jsonb       NOT NULL,
    previous   text        NOT NULL,
    digest     text        NOT NULL,
    PRIMARY KEY (custody_id, number)
);
CREATE INDEX ON custody.chain (batch) WHERE batch IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody.chain
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();

-- Certificates that we gave out ourselves, for a record (C-…) or an act (B-…), each with the chain's head at the time.
CREATE TABLE custody.issued_certificates (
    number     text        PRIMARY KEY,
    subject    text        NOT NULL,
    digest     text        NOT NULL,
    chain_head text        NOT NULL,
    issued_at  timestamptz NOT NULL,
    issued_to  text        NOT NULL,
    -- Of every record it tells of: [["C-12", "<custody id>", <number of its last link>, "<digest of that>"], …]
    heads      jsonb       NOT NULL
);
CREATE INDEX ON custody.issued_certificates (subject, issued_at);
CREATE INDEX ON custody.issued_certificates (digest);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON custody.issued_certificates
    FOR EACH STATEMENT EXECUTE FUNCTION custody.refuse_change();

CREATE TABLE custody.idempotency_keys (
    email    text        NOT NULL,
    key      text        NOT NULL,
    batch_id uuid        NOT NULL,
    used_at  timestamptz NOT NULL,
    PRIMARY KEY (email, key)
);
