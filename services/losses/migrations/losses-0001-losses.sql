-- Devices lost or stolen: what was reported, what was asked of device management, and how it ended.
-- depends: eventlog-0001-equip

CREATE SCHEMA losses;
DO $$ BEGIN PERFORM eventlog.equip('losses'); END $$;

-- The number in L-12. Numbers may be skipped, never used twice.
CREATE SEQUENCE losses.reference_numbers AS bigint;

-- `lock_standing` and `wipe_standing` are what device management last said of the present command: null until it spoke.
-- `wipe_attempts` counts the wipes sent; `wipe_failed_at` belongs to the last of them.
CREATE TABLE losses.losses (
    loss_id           uuid        PRIMARY KEY,
    reference         text        NOT NULL UNIQUE,
    revision          integer     NOT NULL,
    state             text        NOT NULL CHECK (state IN ('reported', 'locked', 'wipe_asked', 'wiping', 'wipe_failed',
                                                            'wiped', 'written_off', 'found')),
    how               text        NOT NULL CHECK (how IN ('lost', 'stolen')),
    device_id         uuid        NOT NULL,
    device_revision   integer     NOT NULL,
    serial            text,
    kind              text,
    model             text,
    unit              text,
    holder_email      text,
    reporter_email    text        NOT NULL,
    reported_at       timestamptz NOT NULL,
    request_id        uuid,
    request_reference text,
    last_seen_on      date,
    last_seen_where   text        NOT NULL DEFAULT '',
    crime_reference   text        NOT NULL DEFAULT '',
    was_unlocked      boolean,
    sensitive         boolean,
    explanation       text        NOT NULL DEFAULT '',
    lock_attempts     integer     NOT NULL DEFAULT 0,
    lock_command      uuid,
    lock_standing     text        CHECK (lock_standing IN ('sent', 'refused', 'unmanaged', 'recalled')),
    lock_by           text,
    wipe_asked_by     text,
    wipe_asked_at     timestamptz,
    wipe_confirmed_by text,
    wipe_attempts     integer     NOT NULL DEFAULT 0,
    wipe_command      uuid,
    wipe_wanted_at    timestamptz,
    wipe_standing     text        CHECK (wipe_standing IN ('sent', 'refused', 'unmanaged', 'recalled')),
    wipe_by           text,
    wipe_failed_at    timestamptz,
    wiped_at          timestamptz,
    ended_at          timestamptz,
    ended_by          text,
    CHECK ((lock_attempts = 0) = (lock_command IS NULL)),
    CHECK ((wipe_attempts = 0) = (wipe_command IS NULL)),
    CHECK ((wipe_attempts = 0) = (wipe_wanted_at IS NULL)),
    CHECK (wipe_confirmed_by IS NULL OR wipe_confirmed_by <> wipe_asked_by),
    CHECK ((state IN ('written_off', 'found')) = (ended_at IS NOT NULL))
);
-- One open loss a device.
CREATE UNIQUE INDEX one_open_loss_a_device ON losses.losses (device_id) WHERE state NOT IN ('written_off', 'found');
CREATE INDEX ON losses.losses (device_id, reported_at);
CREATE INDEX ON losses.losses (unit, reported_at) WHERE state NOT IN ('written_off', 'found');

-- `cause` names what happened, so that the same thing told twice stands here once.
CREATE TABLE losses.timeline (
    entry   bigint      GENERATED ALWAYS AS IDENTITY,
    loss_id uuid        NOT NULL REFERENCES losses.losses,
    cause   text        NOT NULL,
    at      timestamptz NOT NULL,
    what    text        NOT NULL,
    who     text        NOT NULL,
    PRIMARY KEY (loss_id, cause)
);

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE losses.idempotency_keys (
    email   text        NOT NULL,
    command text        NOT NULL,
    key     text        NOT NULL,
    loss_id uuid        NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);

-- Records that proved to be another device's, all of them: they are few, and may be told in any order.
CREATE TABLE losses.merged_devices (
    device_id uuid PRIMARY KEY,
    into_id   uuid NOT NULL
);
