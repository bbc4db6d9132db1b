-- What a battery holds of what it held when new, and how much the word on it weighs. Not in `weights` and `facts`: code
-- of the release before reads and writes those at their old length.
-- depends: register-0002-conflicts-and-people

ALTER TABLE register.devices
    ADD COLUMN battery_health_percent integer,
    ADD COLUMN battery_weight         bigint NOT NULL DEFAULT -1;

ALTER TABLE register.claims
    ADD COLUMN battery_health_percent integer,
    ADD COLUMN battery_weight         bigint NOT NULL DEFAULT -1;
