-- Watch: conflicts over a serial, as the register last told of each.
-- depends: watch-0001-alerts

-- A lower `revision` never replaces a higher one.
CREATE TABLE watch.conflicts (
    conflict text COLLATE "C" PRIMARY KEY,
    revision integer     NOT NULL,
    is_open  boolean     NOT NULL,
    found_at timestamptz NOT NULL
);
CREATE INDEX open_conflicts ON watch.conflicts (found_at) WHERE is_open;
