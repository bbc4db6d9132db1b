-- Whom the clock looks at: also who owes an answer, and who knows whether a repair helped; and who waits for a wave. What
-- is set aside, which is read while nobody else may place a device; and what somebody is to get.
-- depends: requests-0004-deliveries

-- When the register first told, after the decision, that the new device is on the shelf no more. What its user has
-- confirmed may stand there still, for desks are slow: until then nobody else is given it.
ALTER TABLE requests.requests ADD COLUMN handed_out_at timestamptz;
CREATE INDEX requests_handing_out ON requests.requests (successor_device_id)
    WHERE successor_device_id IS NOT NULL AND status = 'closed' AND handed_out_at IS NULL;

CREATE INDEX requests_waiting_on_anybody ON requests.requests (coalesce(next_chase_at, waits_since))
    WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'delivered', 'waiting_for_check',
                     'return_due');
CREATE INDEX requests_waiting_for_wave ON requests.requests (device_id) WHERE status = 'waiting_for_wave';
CREATE INDEX requests_setting_aside ON requests.requests (successor_device_id)
    WHERE successor_device_id IS NOT NULL AND status NOT IN ('closed', 'refused', 'withdrawn');
CREATE INDEX requests_for_somebody ON requests.requests (recipient_email) WHERE recipient_email IS NOT NULL;
