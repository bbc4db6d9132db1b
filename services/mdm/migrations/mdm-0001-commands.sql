-- Commands to device management: what is wanted, what was sent, and when to try again.
-- depends: eventlog-0001-equip

CREATE SCHEMA mdm;
DO $$ BEGIN PERFORM eventlog.equip('mdm'); END $$;
