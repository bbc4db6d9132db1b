-- Requests that a device from stock serves, and requests that are over.
-- depends: refresh-0006-waves

ALTER TABLE refresh.requests
    -- Its successor is a device that was in stock: nothing is to be ordered.
    ADD COLUMN from_stock boolean,
    -- It was withdrawn, or was closed before the last sweep: it speaks for its device no longer.
    ADD COLUMN ended boolean,
    ADD COLUMN closed_on date;
CREATE INDEX requests_closed ON refresh.requests (closed_on) WHERE closed_on IS NOT NULL AND ended IS NOT TRUE;
