-- What device management said of the present lock and wipe, and whether it can never do such a thing to this device.
-- depends: losses-0001-losses

ALTER TABLE losses.losses
    ADD COLUMN lock_said   text,
    ADD COLUMN wipe_said   text,
    ADD COLUMN lock_barred boolean NOT NULL DEFAULT false,
    ADD COLUMN wipe_barred boolean NOT NULL DEFAULT false;
