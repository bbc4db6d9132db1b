-- Watch: what people do about an alert: acknowledge, snooze, assign.
-- depends: watch-0005-owners

-- Addresses of who did what, and when. It is snoozed while `snoozed_until` is set, acknowledged while
-- `acknowledged_at` is, and never both; `snoozed_by` stays known when it is awake again.
ALTER TABLE watch.alerts
    ADD COLUMN acknowledged_by  text,
    ADD COLUMN acknowledged_at  timestamptz,
    ADD COLUMN snoozed_by       text,
    ADD COLUMN snoozed_until    timestamptz,
    -- How severe it was then: a step above wakes it.
    ADD COLUMN snoozed_severity text CHECK (snoozed_severity IN ('notice', 'warning', 'critical')),
    -- How often a snooze ended by itself.
    ADD COLUMN wakes            integer NOT NULL DEFAULT 0,
    ADD COLUMN assigned_to      text,
    ADD COLUMN assigned_by      text,
    ADD COLUMN assigned_at      timestamptz,
    ADD CONSTRAINT asleep_or_acknowledged CHECK (snoozed_until IS NULL OR acknowledged_at IS NULL),
    ADD CONSTRAINT nothing_over_sleeps CHECK (snoozed_until IS NULL OR cleared_at IS NULL);
CREATE INDEX alerts_asleep ON watch.alerts (snoozed_until) WHERE snoozed_until IS NOT NULL AND cleared_at IS NULL;

-- Who may see an alert, said once for lists, buttons and forms. `owners` are the viewer and whom they cover for today,
-- `units` theirs (null: all). Of `budget` and `prices` it is said whether their roles see those.
CREATE FUNCTION watch.may_see(
    alert watch.alerts, viewer text, owners text[], units text[], budget boolean, prices boolean
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $may_see$
    SELECT CASE WHEN alert.owner = ANY (owners) OR alert.above = viewer THEN true
                WHEN alert.audience = 'budget' THEN budget
                WHEN alert.audience = 'commercial' THEN prices
                ELSE units IS NULL OR coalesce(alert.unit = ANY (units), false) END
$may_see$;

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE watch.idempotency_keys (
    email   text        NOT NULL,
    command text        NOT NULL,
    key     text        NOT NULL,
    alert   text        NOT NULL,
    episode integer     NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);
