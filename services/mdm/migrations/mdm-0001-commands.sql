-- Commands to device management: what is wanted, what was sent, and when to try again.
-- depends: eventlog-0001-equip

CREATE SCHEMA mdm;
DO $$ BEGIN PERFORM eventlog.equip('mdm'); END $$;

CREATE TABLE mdm.commands (
    command_id  uuid        PRIMARY KEY,

    -- Null while only the recall of a command was heard.
    device_id   uuid,
    action      text        CHECK (action IN ('lock', 'wipe')),
    reference   text,
    serial      text,
    wanted_at   timestamptz,

    state       text        NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'wanted', 'withdrawing', 'sent', 'refused', 'unmanaged', 'recalled')),
    explanation text,

    -- Which management, what it calls the device, and the newest such action it knew of before we sent ours.
    mdm         text,
    mdm_device  text,
    before      text,
    -- An attempt was begun and we do not know whether device management took it.
    doubtful    boolean     NOT NULL DEFAULT false,

    -- Null when there is nothing to do. While a sender is at work it lies in the future, so that another takes the row
    -- up should that sender die; `claim` then keeps the first from writing. Real time, as are all pauses.
    next_try_at timestamptz,
    claim       uuid,
    attempts    integer     NOT NULL DEFAULT 0,
    parked      boolean     NOT NULL DEFAULT false,
    last_error  text,
    waiting_since timestamptz,

    CHECK (num_nulls(device_id, action, reference, wanted_at) IN (0, 4)),
    CHECK (device_id IS NOT NULL OR state IN ('new', 'recalled')),
    CHECK ((next_try_at IS NOT NULL) = (state IN ('wanted', 'withdrawing'))),
    CHECK (NOT doubtful OR (mdm IS NOT NULL AND mdm_device IS NOT NULL)),
    CHECK (NOT parked OR last_error IS NOT NULL)
);
CREATE INDEX ON mdm.commands (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE UNIQUE INDEX ON mdm.commands (device_id) WHERE claim IS NOT NULL;
CREATE INDEX ON mdm.commands (device_id) WHERE doubtful;
