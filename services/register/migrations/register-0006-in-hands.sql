-- What is in people's hands, by unit: a manager who asks what stands idle, or who has one too many, reads their own units'
-- devices and not all. No check-in changes it: unit and state stay, so that a check-in still rewrites a row in place.
-- depends: register-0005-shelf

CREATE INDEX devices_in_hands ON register.devices (unit) WHERE state IN ('deployed', 'in_repair');
