-- What the losses and custody told of devices, from which with other facts their states follow.
-- depends: register-0003-batteries

-- The latest word of the losses and of custody on this device, packed into one value: it is read and written whole,
-- and almost no device has one.
ALTER TABLE register.devices ADD COLUMN ending bytea;

-- Every move of every loss and custody record, once. `told_of` and `serial` say which device was meant; `device_id` is
-- the device that it is, null while the register knows none: the log may be read again from its beginning.
CREATE TABLE register.words (
    record_id   uuid        NOT NULL,
    revision    integer     NOT NULL,
    matter      text        NOT NULL CHECK (matter IN ('loss', 'custody')),
    reference   text        NOT NULL,
    state       text        NOT NULL,
    at          timestamptz NOT NULL,
    explanation text        NOT NULL,
    source      text        NOT NULL,
    told_of     uuid        NOT NULL,
    serial      text COLLATE "C",
    device_id   uuid,
    proof_at    timestamptz,
    PRIMARY KEY (record_id, revision)
);
CREATE INDEX ON register.words (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ON register.words (told_of) WHERE device_id IS NULL;
CREATE INDEX ON register.words (serial) WHERE device_id IS NULL;

-- A word may name a device that proved to be another one since.
CREATE INDEX ON register.history (before) WHERE field = 'merged';
