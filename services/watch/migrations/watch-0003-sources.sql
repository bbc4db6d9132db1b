-- Watch: how intake's sources stand, as intake last told.
-- depends: watch-0001-alerts

-- A lower `sequence` never replaces a higher one. Moments are business time.
CREATE TABLE watch.sources (
    source                text        PRIMARY KEY,
    sequence              bigint      NOT NULL,
    measured_at           timestamptz NOT NULL,
    configured_at         timestamptz,
    last_heard_at         timestamptz,
    silent_after_seconds  bigint,
    open_dead_letters     integer     NOT NULL,
    oldest_dead_letter_at timestamptz
);
