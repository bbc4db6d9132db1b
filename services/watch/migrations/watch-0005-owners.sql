-- Watch: alerts that a person owns, not a channel.
-- depends: watch-0001-alerts

ALTER TABLE watch.alerts
    -- Who must act, by address; null: the channel of the alert's audience.
    ADD COLUMN owner text,
    -- Who is told beside them since it has grown old, by address.
    ADD COLUMN above text,
    -- Whether the channel of its audience is told.
    ADD COLUMN in_channel boolean NOT NULL DEFAULT true,
    -- What it is about, such as R-numbers, the most pressing first.
    ADD COLUMN about text[] NOT NULL DEFAULT '{}';
CREATE INDEX alerts_of_a_person ON watch.alerts (owner) WHERE cleared_at IS NULL AND owner IS NOT NULL;
