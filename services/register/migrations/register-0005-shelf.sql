-- The shelf is read while nobody else may place a device: of a hundred thousand devices only those on it.
-- depends: register-0004-ends

CREATE INDEX devices_on_shelf ON register.devices (kind, purchased_on DESC NULLS LAST, device_id) WHERE state = 'in_stock';
