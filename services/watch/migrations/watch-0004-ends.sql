-- Watch: how losses and custody records stand, as they were last told.
-- depends: watch-0001-alerts

-- A lower `revision` never replaces a higher one. `began_at` is the first word's moment: the return, or the report.
CREATE TABLE watch.records (
    record_id uuid        PRIMARY KEY,
    matter    text        NOT NULL CHECK (matter IN ('loss', 'custody')),
    reference text        NOT NULL,
    revision  integer     NOT NULL,
    state     text        NOT NULL,
    serial    text,
    unit      text,
    began_at  timestamptz NOT NULL
);
-- What is neither sanitised nor at its end is a small part of all there ever was.
CREATE INDEX records_not_sanitised ON watch.records (began_at)
    WHERE matter = 'custody' AND state IN ('returned', 'wipe_requested', 'wipe_failed', 'to_destruction');
CREATE INDEX records_with_failed_wipe ON watch.records (reference) WHERE state = 'wipe_failed';
