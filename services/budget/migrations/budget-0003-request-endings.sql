-- Requests that need no money after all: withdrawn, or served from stock.
-- depends: budget-0002-double-entry

ALTER TABLE budget.reservations DROP CONSTRAINT reservations_state_check;
ALTER TABLE budget.reservations ADD CONSTRAINT reservations_state_check
    CHECK (state IN ('committed', 'waiting', 'covered', 'released'));

-- That a request needs no money is kept, for its approval may be heard later.
CREATE TABLE budget.unneeded_requests (
    request_id uuid        PRIMARY KEY,
    reference  text        NOT NULL,
    told_at    timestamptz NOT NULL
);
