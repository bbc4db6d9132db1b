-- Devices lost or stolen.
-- depends: eventlog-0001-equip

CREATE SCHEMA losses;
DO $$ BEGIN PERFORM eventlog.equip('losses'); END $$;
