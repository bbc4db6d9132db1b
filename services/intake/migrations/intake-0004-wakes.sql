-- A vendor's notification asks for a list to be read now; and what such notifications take: subscriptions, and a roll of
-- who was on a list, for those whose going the vendor does not tell.
-- depends: intake-0001-doors

-- `whole` asks to begin at the beginning. `times` grows with every call, so that one that comes while the list is being
-- read outlives that reading.
CREATE TABLE intake.wakes (
    feed     text        PRIMARY KEY,
    whole    boolean     NOT NULL,
    times    bigint      NOT NULL DEFAULT 1,
    asked_at timestamptz NOT NULL DEFAULT now()
);

-- `reading` names the whole reading of the list in which a key was met last, or met since.
CREATE TABLE intake.rolls (
    feed    text NOT NULL,
    key     text COLLATE "C" NOT NULL,
    reading text COLLATE "C" NOT NULL,
    PRIMARY KEY (feed, key)
);

-- What we asked a vendor to notify us of. `terms` is a digest of address and secret: other terms need a new one.
CREATE TABLE intake.subscriptions (
    name         text        PRIMARY KEY,
    subscription text        NOT NULL,
    terms        text        NOT NULL,
    expires_at   timestamptz NOT NULL
);
