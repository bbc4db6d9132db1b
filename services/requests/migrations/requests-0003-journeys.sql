-- The whole way of a request: policy's verdict, repairs, waves and stock, delivery, the accessibility check, the return
-- of the old device; and who covers for a manager who is away.
-- depends: requests-0002-desk-tickets

ALTER TABLE requests.requests
    DROP CONSTRAINT requests_status_check,
    DROP CONSTRAINT requests_check1,
    -- A reason is written with the decision, a moment before the request moves.
    DROP CONSTRAINT requests_check2,
    ADD CONSTRAINT requests_refusal_check CHECK (status <> 'refused' OR refusal IS NOT NULL),
    ADD CONSTRAINT requests_status_check CHECK (status IN (
        'waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
        'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check', 'return_due',
        'closed', 'refused', 'withdrawn')),
    -- Counts what became of it. Code of the release before writes no revision: what it wrote is given one here, and
    -- what it writes while both run is given one by the trigger below.
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN recipient_email text,
    ADD COLUMN recipient_name text,
    ADD COLUMN verdict_kind text NOT NULL DEFAULT 'manager_approval' CHECK (verdict_kind IN (
        'repair', 'swap_from_stock', 'refresh_now', 'wait_for_wave', 'manager_approval')),
    ADD COLUMN wave_month date,
    ADD COLUMN since date,
    -- Addresses of files in Slack; the pictures themselves stay there.
    ADD COLUMN photos text[] NOT NULL DEFAULT '{}',
    ADD COLUMN assistive_technology text NOT NULL DEFAULT '',
    ADD COLUMN question text,
    ADD COLUMN answer text,
    -- When it began to wait on a person in its present state, and what the clock did about it since.
    ADD COLUMN waits_since timestamptz,
    ADD COLUMN next_chase_at timestamptz,
    ADD COLUMN chases integer NOT NULL DEFAULT 0,
    ADD COLUMN successor_device_id uuid,
    ADD COLUMN successor_serial text,
    ADD COLUMN from_stock boolean NOT NULL DEFAULT false,
    ADD COLUMN carrier text,
    ADD COLUMN tracking text,
    ADD COLUMN shipped_at timestamptz,
    ADD COLUMN delivered_at timestamptz,
    ADD COLUMN received_at timestamptz,
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN checked_by text,
    ADD COLUMN old_back_at timestamptz,
    ADD COLUMN return_due_on date;

UPDATE requests.requests
SET waits_since = coalesce(decided_at, raised_at),
    revision = CASE status WHEN 'waiting_for_approval' THEN 1 WHEN 'approved' THEN 2 WHEN 'waiting_for_money' THEN 3
                           WHEN 'ordered' THEN 4 ELSE 5 END;

CREATE FUNCTION requests.count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NEW.revision = OLD.revision THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER count_revision BEFORE UPDATE ON requests.requests
    FOR EACH ROW EXECUTE FUNCTION requests.count_revision();

-- The old index's own words still find this one: what they name is part of it.
DROP INDEX requests.one_open_request_a_device;
CREATE UNIQUE INDEX one_open_request_a_device ON requests.requests (device_id)
    WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'waiting_for_wave', 'approved',
                     'waiting_for_money', 'ordered', 'allocated', 'shipped', 'delivered', 'waiting_for_check',
                     'return_due');
-- A device is set aside for one request at a time.
CREATE UNIQUE INDEX one_request_a_successor ON requests.requests (successor_device_id)
    WHERE status IN ('allocated', 'shipped');
-- What somebody asked for beyond what they hold.
CREATE INDEX ON requests.requests (coalesce(recipient_email, requester_email), kind) WHERE device_id IS NULL;
CREATE INDEX ON requests.requests (next_chase_at) WHERE next_chase_at IS NOT NULL;
-- What happened to a device is asked for, also when it is long over.
CREATE INDEX requests_of_a_device ON requests.requests (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ON requests.requests (coalesce(recipient_email, requester_email))
    WHERE status IN ('ordered', 'allocated', 'shipped');

CREATE TABLE requests.covers (
    cover_id      uuid        PRIMARY KEY,
    manager_email text        NOT NULL,
    deputy_email  text        NOT NULL,
    from_on       date        NOT NULL,
    until_on      date        NOT NULL,
    arranged_by   text        NOT NULL,
    arranged_at   timestamptz NOT NULL,
    ended_at      timestamptz,
    CHECK (deputy_email <> manager_email),
    CHECK (until_on >= from_on)
);
CREATE INDEX ON requests.covers (manager_email, until_on);
CREATE INDEX ON requests.covers (deputy_email, until_on);
