-- Returned devices on their way to their end.
-- depends: eventlog-0001-equip

CREATE SCHEMA custody;
DO $$ BEGIN PERFORM eventlog.equip('custody'); END $$;
