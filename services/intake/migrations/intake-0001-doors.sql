-- Intake keeps what it must publish, what it could not translate, and how far it has read each polled list.
-- depends: eventlog-0001-equip

CREATE SCHEMA intake;
DO $$ BEGIN PERFORM eventlog.equip('intake'); END $$;

-- A position moves in the transaction that holds the events read up to it.
CREATE TABLE intake.positions (
    feed     text        PRIMARY KEY,
    position jsonb       NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
);
