-- The refresh queue and what it follows from: the deciding facts, failures and requests as heard, the entries
-- that the policy makes of them, and each unit's count of devices past policy life.
-- depends: eventlog-0001-equip

CREATE SCHEMA refresh;
DO $$ BEGIN PERFORM eventlog.equip('refresh'); END $$;

-- A device's deciding facts as the register last told them, and the judgement that holds until `changes_on`.
CREATE TABLE refresh.standing (
    device_id    uuid    PRIMARY KEY,
    revision     bigint  NOT NULL,
    state        text    NOT NULL,
    serial       text,
    kind         text,
    model        text,
    os           text,
    os_version   text,
    unit         text,
    purchased_on date,
    due_on       date,
    past_life    boolean NOT NULL,
    changes_on   date
);
CREATE INDEX standing_by_serial ON refresh.standing (upper(serial));
CREATE INDEX standing_by_due ON refresh.standing (due_on) INCLUDE (device_id, unit, kind) WHERE due_on IS NOT NULL;
CREATE INDEX standing_by_change ON refresh.standing (changes_on) WHERE changes_on IS NOT NULL;

-- One row a ticket. What was told last holds; `withdrawn` stays so that an older telling cannot bring it back.
CREATE TABLE refresh.failures (
    device_id uuid        NOT NULL,
    ticket    text        NOT NULL,
    failed_on date        NOT NULL,
    withdrawn boolean     NOT NULL,
    told_at   timestamptz NOT NULL,
    PRIMARY KEY (device_id, ticket)
);

-- One row a request, whichever of approval, order and refusal of money was heard of first.
CREATE TABLE refresh.requests (
    request_id  uuid PRIMARY KEY,
    reference   text NOT NULL,
    device_id   uuid,
    serial      text,
    unit        text,
    kind        text,
    reason      text,
    approved_on date,
    order_id    text,
    refused_at  timestamptz,
    waiting_for text
);
CREATE INDEX requests_by_device ON refresh.requests (device_id) WHERE device_id IS NOT NULL;

-- At most one entry a device; a request that names no device has its own, under the request's id.
CREATE TABLE refresh.queue (
    entry_id          uuid        PRIMARY KEY,
    device_id         uuid        UNIQUE,
    request_id        uuid,
    request_reference text,
    serial            text,
    kind              text        NOT NULL,
    model             text,
    unit              text,
    demand            text        NOT NULL CHECK (demand IN ('refresh', 'bau')),
    rule              text        NOT NULL,
    reason            text        NOT NULL,
    policy_version    text        NOT NULL,
    due_on            date        NOT NULL,
    score             integer     NOT NULL CHECK (score BETWEEN 0 AND 1000),
    score_parts       jsonb       NOT NULL,
    status            text        NOT NULL CHECK (status IN ('queued', 'ordered')),
    waiting_for       text,
    entered_at        timestamptz NOT NULL,
    -- Smaller comes first: by score, and what is ordered already after all that waits.
    turn              integer     NOT NULL
        GENERATED ALWAYS AS (CASE status WHEN 'ordered' THEN 2000 ELSE 1000 END - score) STORED,
    CHECK (entry_id = coalesce(device_id, request_id))
);
CREATE INDEX queue_with_request ON refresh.queue (device_id) WHERE request_id IS NOT NULL;
CREATE INDEX queue_in_turn ON refresh.queue (turn, due_on, entry_id) INCLUDE (unit);

-- Deployed devices of a unit and kind, and those of them past policy life; both are sums over `standing`.
CREATE TABLE refresh.ageing (
    unit             text    NOT NULL,
    kind             text    NOT NULL,
    deployed         integer NOT NULL,
    past_policy_life integer NOT NULL,
    sequence         bigint  NOT NULL,
    measured_on      date    NOT NULL,
    PRIMARY KEY (unit, kind)
);

-- Every policy that ever decided here, so that an explanation uses the one in force: the last adopted.
CREATE TABLE refresh.policies (
    fingerprint text        PRIMARY KEY,
    version     text        NOT NULL,
    content     text        NOT NULL,
    adopted_at  timestamptz NOT NULL
);

-- The last finished sweep: for which London day, and under which policy.
CREATE TABLE refresh.sweep (
    one_row     boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    swept_on    date NOT NULL,
    fingerprint text NOT NULL
);
