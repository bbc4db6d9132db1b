-- Watch: conflicts over a serial, as the register last told of each; and which word on a ticket is the newest.
-- depends: watch-0001-alerts

-- A lower `revision` never replaces a higher one.
CREATE TABLE watch.conflicts (
    conflict text COLLATE "C" PRIMARY KEY,
    revision integer     NOT NULL,
    is_open  boolean     NOT NULL,
    found_at timestamptz NOT NULL
);
CREATE INDEX open_conflicts ON watch.conflicts (found_at) WHERE is_open;

-- A ticket cancelled and opened again failed after all: of words on one ticket the highest revision holds, and of
-- those of one revision, such as all that were told without one, withdrawn stays withdrawn.
ALTER TABLE watch.failures ADD COLUMN revision bigint NOT NULL DEFAULT 0;
