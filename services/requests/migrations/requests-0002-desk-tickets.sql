-- How the service desk's ticket of a request stands, so that chat shows what the desk says.
-- depends: requests-0001-requests

-- No row until the desk has a ticket. An event whose revision is not above the one held changes nothing.
CREATE TABLE requests.desk_tickets (
    request_id uuid        PRIMARY KEY REFERENCES requests.requests,
    desk       text        NOT NULL,
    ticket     text        NOT NULL,
    state      text        NOT NULL,
    link       text,
    revision   integer     NOT NULL,
    changed_at timestamptz NOT NULL
);
