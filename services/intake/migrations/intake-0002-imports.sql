-- Imported files: by which mapping a source's rows are read, and how far each file has come in.
-- depends: intake-0001-doors

-- A source's newest mapping is the one by which its refused rows are replayed.
CREATE TABLE intake.mappings (
    source  text        NOT NULL,
    sha256  bytea       NOT NULL,
    mapping text        NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, sha256)
);

-- One row a file, source, mapping, sheet and as-of date. `rows_done` moves in the transaction of those rows' events;
-- `ordinal` counts a source's imports, so that the later of two files that speak of one moment is believed.
CREATE TABLE intake.imports (
    import_id       uuid        PRIMARY KEY,
    source          text        NOT NULL,
    file_name       text        NOT NULL,
    file_sha256     bytea       NOT NULL,
    mapping_sha256  bytea       NOT NULL,
    as_of           timestamptz,
    ordinal         bigint      NOT NULL,
    accept_refused  boolean     NOT NULL,
    rows_total      bigint      NOT NULL,
    rows_done       bigint      NOT NULL DEFAULT 0,
    rows_accepted   bigint      NOT NULL DEFAULT 0,
    rows_repeated   bigint      NOT NULL DEFAULT 0,
    rows_left_out   bigint      NOT NULL DEFAULT 0,
    rows_refused    bigint      NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL DEFAULT now(),
    moved_at        timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    FOREIGN KEY (source, mapping_sha256) REFERENCES intake.mappings (source, sha256)
);
CREATE INDEX ON intake.imports (source, ordinal);
