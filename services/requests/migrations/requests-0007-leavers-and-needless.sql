-- What is due back from who leaves, for whoever looks for a device to give; that a request may be needless, for its user
-- got a device otherwise; and when what is said of somebody's health and home is forgotten.
-- depends: requests-0006-asked

CREATE INDEX requests_due_back_from_leavers ON requests.requests (device_id)
    WHERE reason = 'leaver' AND status = 'return_due';

ALTER TABLE requests.requests
    -- A device that its user has by another way than this request, heard of while that was under way. The first stays.
    ADD COLUMN otherwise_device_id uuid,
    ADD COLUMN otherwise_serial text,
    ADD COLUMN otherwise_at timestamptz;

CREATE INDEX requests_to_forget ON requests.requests (waits_since)
    WHERE status IN ('closed', 'refused', 'withdrawn') AND (photos <> '{}' OR assistive_technology <> '');
