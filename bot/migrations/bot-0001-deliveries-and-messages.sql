-- What Slack delivered, stored before it is acknowledged; and what is to be said in Slack, stored before it is said.
-- depends: eventlog-0001-equip

CREATE SCHEMA bot;
DO $$ BEGIN PERFORM eventlog.equip('bot'); END $$;

-- A delivery counts the first time its key is written. `body` is kept only while the delivery is unfinished, and only
-- for events: Slack tells nobody again about those once they are acknowledged.
CREATE TABLE bot.received (
    key         text        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('event', 'command', 'interaction')),
    received_at timestamptz NOT NULL DEFAULT now(),
    taken_at    timestamptz NOT NULL DEFAULT now(),
    attempts    integer     NOT NULL DEFAULT 1,
    finished_at timestamptz,
    body        jsonb
);
CREATE INDEX ON bot.received (taken_at) WHERE finished_at IS NULL AND body IS NOT NULL;
CREATE INDEX ON bot.received (received_at);

-- A message is one key for its whole life. Its newest revision is what Slack should show; `sent_revision` is what it
-- shows. `sending` is written before Slack is called, so that whoever finds it after a crash looks in Slack first.
CREATE TABLE bot.outgoing (
    key           text        PRIMARY KEY,
    destination   text        NOT NULL,
    revision      bigint      NOT NULL,
    body_text     text        NOT NULL,
    blocks        jsonb       NOT NULL,
    state         text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'refused')),
    sent_revision bigint      NOT NULL DEFAULT -1,
    channel       text,
    ts            text,
    claim         uuid,
    claimed_until timestamptz,
    not_before    timestamptz NOT NULL DEFAULT now(),
    attempts      integer     NOT NULL DEFAULT 0,
    last_error    text,
    written_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((channel IS NULL) = (ts IS NULL))
);
CREATE INDEX ON bot.outgoing (not_before) WHERE state IN ('waiting', 'sending');
CREATE INDEX ON bot.outgoing (written_at);
