-- Names that claim one serial side by side, the conflicts between them, what planners ruled; and people's standing.
-- depends: register-0001-devices

-- The earliest check-in known. Null until a device is seen, and for devices known before until they are seen again.
ALTER TABLE register.devices ADD COLUMN first_seen_at timestamptz;

-- One row a name of which a device has several of one scheme: what this name alone said. `facts` holds values and
-- weights in the order of rules/facts.py; `companions` are the lesser names told beside it, one a line.
CREATE TABLE register.claims (
    name          text COLLATE "C" PRIMARY KEY,
    device_id     uuid        NOT NULL,
    companions    text        NOT NULL,
    first_seen_at timestamptz,
    facts         bytea       NOT NULL
);
CREATE INDEX ON register.claims (device_id);

-- One row a serial and scheme, however often it is in conflict. Open while there is no ruling.
CREATE TABLE register.conflicts (
    conflict  text COLLATE "C" PRIMARY KEY,
    serial    text COLLATE "C" NOT NULL,
    scheme    text        NOT NULL,
    claimants text[]      NOT NULL,
    found_at  timestamptz NOT NULL,
    revision  integer     NOT NULL,
    ruling    text CHECK (ruling IN ('one_device', 'two_devices', 'resolved_itself')),
    ruled_by  text,
    ruled_at  timestamptz,
    split_off text,
    CHECK ((ruling IS NULL) = (ruled_at IS NULL)),
    CHECK ((ruled_by IS NOT NULL) = coalesce(ruling <> 'resolved_itself', false)),
    CHECK ((split_off IS NOT NULL) = coalesce(ruling = 'two_devices', false))
);
CREATE INDEX ON register.conflicts (serial);
CREATE INDEX ON register.conflicts (found_at) WHERE ruling IS NULL;

-- What was ruled stays: it is obeyed by whatever is said later, and when everything is read again from the log.
-- These claimants are one device; or `split_off`, one of them, does not own the serial.
CREATE TABLE register.rulings (
    entry     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial    text COLLATE "C" NOT NULL,
    claimants text[]      NOT NULL,
    split_off text,
    ruled_by  text        NOT NULL,
    ruled_at  timestamptz NOT NULL
);
CREATE INDEX ON register.rulings (serial);

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE register.idempotency_keys (
    email    text        NOT NULL,
    command  text        NOT NULL,
    key      text        NOT NULL,
    conflict text        NOT NULL,
    used_at  timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);

-- People as the directory service tells of them. Each fact has the time of the newest word on it.
CREATE TABLE register.people (
    person_id  text COLLATE "C" PRIMARY KEY,
    email      text,
    email_at   timestamptz,
    unit       text,
    unit_at    timestamptz,
    unit_since timestamptz,
    active     boolean     NOT NULL,
    active_at  timestamptz NOT NULL,
    since      timestamptz NOT NULL
);
CREATE INDEX ON register.people (email) WHERE email IS NOT NULL;
CREATE INDEX ON register.people (email) WHERE NOT active;
