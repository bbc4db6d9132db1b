-- What deliveries need: a new device that was enrolled before its money was heard of, and who is waited for.
-- depends: requests-0003-journeys

ALTER TABLE requests.requests
    -- Facts come in any order: what was enrolled while a request could not move on by it is kept until it can.
    ADD COLUMN enrolled_device_id uuid,
    ADD COLUMN enrolled_serial text,
    ADD COLUMN enrolled_at timestamptz;

CREATE INDEX requests_by_successor ON requests.requests (successor_device_id) WHERE successor_device_id IS NOT NULL;
-- Whom a new device is awaited for.
CREATE INDEX requests_awaiting_device ON requests.requests (coalesce(recipient_email, requester_email))
    WHERE status IN ('approved', 'waiting_for_money', 'waiting_for_wave', 'ordered', 'allocated', 'shipped');
-- Requests that wait on a person, for the clock.
CREATE INDEX requests_waiting_on_person ON requests.requests (coalesce(next_chase_at, waits_since))
    WHERE status IN ('waiting_for_approval', 'delivered', 'waiting_for_check', 'return_due');
