-- Requests from chat: what was asked, where it stands, and everything that happened to it.
-- depends: eventlog-0001-equip

CREATE SCHEMA requests;
DO $$ BEGIN PERFORM eventlog.equip('requests'); END $$;

-- The number in R-123. Numbers may be skipped, never used twice.
CREATE SEQUENCE requests.reference_numbers AS bigint;

CREATE TABLE requests.requests (
    request_id          uuid        PRIMARY KEY,
    reference           text        NOT NULL UNIQUE,
    requester_email     text        NOT NULL,
    requester_name      text        NOT NULL,
    unit                text        NOT NULL,
    kind                text        NOT NULL,
    reason              text        NOT NULL,
    device_id           uuid,
    serial              text,
    explanation         text        NOT NULL,
    needed_by           date,
    accessibility_needs boolean     NOT NULL,
    delivery_place      text        NOT NULL,
    status              text        NOT NULL CHECK (status IN ('waiting_for_approval', 'approved', 'ordered',
                                                               'waiting_for_money', 'refused')),
    verdict             text        NOT NULL,
    approver_email      text        NOT NULL,
    decided_by          text,
    decided_at          timestamptz,
    refusal             text,
    raised_at           timestamptz NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> requester_email),
    CHECK ((decided_by IS NULL) = (status = 'waiting_for_approval')),
    CHECK ((status = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX ON requests.requests (requester_email, raised_at);
CREATE INDEX ON requests.requests (unit, raised_at) WHERE status = 'waiting_for_approval';
-- One open request a device.
CREATE UNIQUE INDEX one_open_request_a_device ON requests.requests (device_id)
    WHERE status IN ('waiting_for_approval', 'approved', 'waiting_for_money', 'ordered');

-- `cause` names what happened, so that the same thing told twice stands here once.
CREATE TABLE requests.timeline (
    entry      bigint      GENERATED ALWAYS AS IDENTITY,
    request_id uuid        NOT NULL REFERENCES requests.requests,
    cause      text        NOT NULL,
    at         timestamptz NOT NULL,
    what       text        NOT NULL,
    who        text        NOT NULL,
    PRIMARY KEY (request_id, cause)
);

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE requests.idempotency_keys (
    email      text        NOT NULL,
    command    text        NOT NULL,
    key        text        NOT NULL,
    request_id uuid        NOT NULL,
    used_at    timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);
