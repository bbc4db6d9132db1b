-- The ledger: finance's documents as they came, entries that are never changed, and the sums that chat shows.
-- depends: eventlog-0001-equip

CREATE SCHEMA budget;
DO $$ BEGIN PERFORM eventlog.equip('budget'); END $$;

CREATE FUNCTION budget.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only: correct an entry with another entry', tg_table_name; END $$;

-- What finance told us, as it told it. An empty text says that the document does not tell.
-- An order's releases follow from the set of its documents (rules/matching.py).
CREATE TABLE budget.documents (
    document_id    text        PRIMARY KEY,
    document_type  text        NOT NULL,
    financial_year text        NOT NULL,
    line           text        NOT NULL,
    document_date  date        NOT NULL,
    net_pence      bigint      NOT NULL,
    vat_pence      bigint      NOT NULL,
    order_id       text,
    kind           text        NOT NULL,
    model          text,
    quantity       integer,
    supplier       text,
    unit           text        NOT NULL,
    demand         text        NOT NULL,
    recorded_at    timestamptz NOT NULL
);
CREATE INDEX ON budget.documents (order_id) WHERE order_id IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget.documents
    FOR EACH STATEMENT EXECUTE FUNCTION budget.refuse_change();

-- One row an order, locked while documents of that order are posted.
CREATE TABLE budget.orders (
    order_id text PRIMARY KEY
);

-- Money set aside, or waited for, on behalf of a request approved in chat.
CREATE TABLE budget.reservations (
    request_id        uuid        PRIMARY KEY,
    request_reference text        NOT NULL,
    order_id          text        NOT NULL UNIQUE,
    device_id         uuid,
    financial_year    text        NOT NULL,
    line              text        NOT NULL,
    kind              text        NOT NULL,
    unit              text        NOT NULL,
    demand            text        NOT NULL,
    quantity          integer     NOT NULL,
    net_pence         bigint      NOT NULL,
    vat_pence         bigint      NOT NULL,
    state             text        NOT NULL CHECK (state IN ('committed', 'waiting')),
    explanation       text        NOT NULL,
    asked_at          timestamptz NOT NULL,
    decided_at        timestamptz NOT NULL
);
CREATE INDEX ON budget.reservations (line, asked_at) WHERE state = 'waiting';

CREATE TABLE budget.ledger (
    entry          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    financial_year text        NOT NULL,
    line           text        NOT NULL,
    entry_type     text        NOT NULL
                   CHECK (entry_type IN ('approved', 'committed', 'released', 'receipted', 'invoiced', 'adjusted')),
    net_pence      bigint      NOT NULL,
    vat_pence      bigint      NOT NULL,
    quantity       integer     NOT NULL,
    kind           text        NOT NULL,
    unit           text        NOT NULL,
    demand         text        NOT NULL,
    month          date        NOT NULL,
    document_id    text        NOT NULL,
    share          text        NOT NULL,
    order_id       text,
    request_id     uuid,
    document_date  date        NOT NULL,
    posted_at      timestamptz NOT NULL,
    UNIQUE (document_id, entry_type, share)
);
CREATE INDEX ON budget.ledger (financial_year, line, month);
CREATE INDEX ON budget.ledger (order_id) WHERE order_id IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION budget.refuse_change();

-- Sums of the ledger, moved in the statement that appends to it. Pence, VAT included.
-- committed = committed entries less released ones; approved = approved and adjusted. The row is a line's lock.
CREATE TABLE budget.balances (
    financial_year  text   NOT NULL,
    line            text   NOT NULL,
    sequence        bigint NOT NULL DEFAULT 0,
    approved_pence  bigint NOT NULL DEFAULT 0,
    committed_pence bigint NOT NULL DEFAULT 0,
    invoiced_pence  bigint NOT NULL DEFAULT 0,
    receipted_pence bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (financial_year, line)
);

CREATE TABLE budget.kind_balances (
    financial_year  text   NOT NULL,
    line            text   NOT NULL,
    kind            text   NOT NULL,
    unit            text   NOT NULL,
    demand          text   NOT NULL,
    committed_pence bigint NOT NULL,
    invoiced_pence  bigint NOT NULL,
    receipted_pence bigint NOT NULL,
    quantity        bigint NOT NULL,
    PRIMARY KEY (financial_year, line, kind, unit, demand)
);

-- Filled from configuration when the service starts; the files are the source.
CREATE TABLE budget.price_book (
    kind             text    PRIMARY KEY,
    bought_instead   text    NOT NULL,
    net_pence        bigint  NOT NULL,
    vat_basis_points integer NOT NULL,
    supplier         text    NOT NULL,
    version          text    NOT NULL,
    assumed          boolean NOT NULL
);

CREATE TABLE budget.prior_years (
    financial_year text    PRIMARY KEY,
    spent_pence    bigint  NOT NULL,
    forecast       boolean NOT NULL,
    source         text    NOT NULL
);
