-- The ticket of each request: what we want of it, what we sent, how the desk last said it stands, and when to try again.
-- depends: eventlog-0001-equip

CREATE SCHEMA desk;
DO $$ BEGIN PERFORM eventlog.equip('desk'); END $$;

CREATE TABLE desk.tickets (
    request_id      uuid        PRIMARY KEY,
    reference       text        NOT NULL UNIQUE,

    -- What the request wants of its ticket, and up to where the desk was told.
    wanted          jsonb       NOT NULL,
    wanted_revision integer     NOT NULL,
    sent_revision   integer     NOT NULL DEFAULT 0,

    -- The ticket as the desk last told it; `state_at` is the desk's own time. `revision` counts what we told others.
    desk            text,
    record          text,
    ticket          text,
    link            text,
    state           text        CHECK (state IN ('open', 'in_progress', 'waiting', 'resolved', 'closed', 'cancelled')),
    state_at        timestamptz,
    revision        integer     NOT NULL DEFAULT 0,

    -- Null when there is nothing to send. While a sender is at work it lies in the future, so that another takes the
    -- row up should that sender die; `claim` then keeps the first from writing. Real time, as are all pauses.
    next_try_at     timestamptz DEFAULT now(),
    claim           uuid,
    -- An attempt was begun and we do not know whether the desk carried it out.
    doubtful        boolean     NOT NULL DEFAULT false,
    attempts        integer     NOT NULL DEFAULT 0,
    parked          boolean     NOT NULL DEFAULT false,
    last_error      text,
    waiting_since   timestamptz DEFAULT now(),

    CHECK ((record IS NULL) = (desk IS NULL) AND (record IS NULL) = (ticket IS NULL) AND (record IS NULL) = (state IS NULL)),
    CHECK (NOT parked OR last_error IS NOT NULL)
);
CREATE UNIQUE INDEX ON desk.tickets (desk, record);
CREATE INDEX ON desk.tickets (next_try_at) WHERE next_try_at IS NOT NULL;
