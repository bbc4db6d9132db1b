-- Whom the clock looks at: also who owes an answer, and who knows whether a repair helped; and who waits for a wave.
-- depends: requests-0004-deliveries

CREATE INDEX requests_waiting_on_anybody ON requests.requests (coalesce(next_chase_at, waits_since))
    WHERE status IN ('waiting_for_approval', 'question_asked', 'waiting_for_repair', 'delivered', 'waiting_for_check',
                     'return_due');
CREATE INDEX requests_waiting_for_wave ON requests.requests (device_id) WHERE status = 'waiting_for_wave';
