-- When each source was last heard, so that one gone silent is noticed, also across restarts and replicas.
-- depends: eventlog-0001-equip intake-0001-doors eventlog-0002-dead-letters

-- Moments of the source are business time; `claimed_at` and `told_at` are real, as what they measure is our processes.
CREATE TABLE intake.sources (
    source               text   PRIMARY KEY,
    -- Since when it is configured without a break; null: no process has it, or it is a service with dead letters.
    configured_at        timestamptz,
    last_heard_at        timestamptz,
    silent_after_seconds bigint CHECK (silent_after_seconds > 0),
    -- When a process last said that it has this source.
    claimed_at           timestamptz,
    -- The last that was told of it, and how often something was.
    sequence             bigint NOT NULL DEFAULT 0,
    told                 jsonb,
    told_at              timestamptz
);
