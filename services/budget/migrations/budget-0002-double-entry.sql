-- Double entry, limits and gates: accounts behind each type of entry, counters by month, volumes, orders with their
-- suppliers and contracts, waves, and what people did to all of it.
-- depends: budget-0001-ledger

-- The chart of accounts. Every entry moves its amount from one account of its line to another, so the balances of all
-- accounts together are nought. The signs say what an entry does to the counters: they follow from the accounts.
CREATE TABLE budget.chart (
    entry_type   text     PRIMARY KEY,
    from_account text     NOT NULL,
    to_account   text     NOT NULL,
    approved     smallint NOT NULL,
    committed    smallint NOT NULL,
    invoiced     smallint NOT NULL,
    receipted    smallint NOT NULL,
    CHECK (from_account <> to_account)
);
INSERT INTO budget.chart VALUES
    ('approved',  'authority', 'available',  1,  0, 0, 0),
    ('adjusted',  'authority', 'available',  1,  0, 0, 0),
    ('moved_in',  'transit',   'available',  1,  0, 0, 0),
    ('moved_out', 'available', 'transit',   -1,  0, 0, 0),
    ('committed', 'available', 'committed',  0,  1, 0, 0),
    ('released',  'committed', 'available',  0, -1, 0, 0),
    ('invoiced',  'available', 'spent',      0,  0, 1, 0),
    ('receipted', 'on_order',  'received',   0,  0, 0, 1);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget.chart
    FOR EACH STATEMENT EXECUTE FUNCTION budget.refuse_change();

-- Wider than before, so that money may move between lines.
ALTER TABLE budget.ledger DROP CONSTRAINT ledger_entry_type_check;
ALTER TABLE budget.ledger ADD CONSTRAINT ledger_entry_type_check CHECK (entry_type IN (
    'approved', 'adjusted', 'moved_in', 'moved_out', 'committed', 'released', 'invoiced', 'receipted'));

-- An entry is undone by one that mirrors it, once.
ALTER TABLE budget.ledger ADD COLUMN reverses bigint REFERENCES budget.ledger;
CREATE UNIQUE INDEX an_entry_is_reversed_once ON budget.ledger (reverses) WHERE reverses IS NOT NULL;

-- Balances of accounts in pence; net and VAT apart.
CREATE VIEW budget.accounts AS
SELECT l.financial_year, l.line, side.account, sum(side.sign * l.net_pence)::bigint AS net_pence,
       sum(side.sign * l.vat_pence)::bigint AS vat_pence
FROM budget.ledger AS l
JOIN budget.chart AS c USING (entry_type)
CROSS JOIN LATERAL (VALUES (c.from_account, -1), (c.to_account, 1)) AS side(account, sign)
GROUP BY l.financial_year, l.line, side.account;

-- Sums of the ledger by everything that chat may ask for; pence, VAT included. The ledger's trigger moves them.
CREATE TABLE budget.counters (
    financial_year  text   NOT NULL,
    line            text   NOT NULL,
    kind            text   NOT NULL,
    unit            text   NOT NULL,
    demand          text   NOT NULL,
    month           date   NOT NULL,
    approved_pence  bigint NOT NULL,
    committed_pence bigint NOT NULL,
    invoiced_pence  bigint NOT NULL,
    receipted_pence bigint NOT NULL,
    quantity        bigint NOT NULL,
    PRIMARY KEY (financial_year, line, kind, unit, demand, month)
);

-- How many of a kind were ordered in a year, all lines together: what a volume cap limits.
CREATE TABLE budget.volumes (
    financial_year text   NOT NULL,
    kind           text   NOT NULL,
    ordered        bigint NOT NULL,
    PRIMARY KEY (financial_year, kind)
);

-- An order: what it is worth (promised and spent), and what gates look at. Of an order of ours, which has `released_by`
-- or `request_reference`, supplier and contract are those it was committed under.
ALTER TABLE budget.orders
    ADD COLUMN gross_pence        bigint NOT NULL DEFAULT 0,
    ADD COLUMN supplier           text,
    ADD COLUMN contract_id        text,
    ADD COLUMN placed_on          date,
    ADD COLUMN financial_year     text,
    ADD COLUMN procurement_route  text,
    ADD COLUMN approval_reference text,
    ADD COLUMN ours               boolean NOT NULL DEFAULT false,
    ADD COLUMN released_by        text,
    ADD COLUMN delegation_id      text;
CREATE INDEX ON budget.orders (supplier, placed_on) WHERE supplier IS NOT NULL;
CREATE INDEX ON budget.orders (contract_id) WHERE contract_id IS NOT NULL;
CREATE INDEX ON budget.orders (delegation_id) WHERE delegation_id IS NOT NULL;

-- What was called off each contract, all its orders together. The orders' triggers move it.
CREATE TABLE budget.contract_calls (
    contract_id  text   PRIMARY KEY,
    called_pence bigint NOT NULL
);

CREATE FUNCTION budget.count_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget.counters AS c (financial_year, line, kind, unit, demand, month, approved_pence,
                                      committed_pence, invoiced_pence, receipted_pence, quantity)
    SELECT a.financial_year, a.line, a.kind, a.unit, a.demand, a.month,
           sum(s.approved * (a.net_pence + a.vat_pence)), sum(s.committed * (a.net_pence + a.vat_pence)),
           sum(s.invoiced * (a.net_pence + a.vat_pence)), sum(s.receipted * (a.net_pence + a.vat_pence)),
           sum(s.committed * a.quantity)
    FROM appended AS a JOIN budget.chart AS s USING (entry_type)
    GROUP BY a.financial_year, a.line, a.kind, a.unit, a.demand, a.month
    ORDER BY a.financial_year, a.line, a.kind, a.unit, a.demand, a.month
    ON CONFLICT (financial_year, line, kind, unit, demand, month) DO UPDATE
    SET approved_pence = c.approved_pence + excluded.approved_pence,
        committed_pence = c.committed_pence + excluded.committed_pence,
        invoiced_pence = c.invoiced_pence + excluded.invoiced_pence,
        receipted_pence = c.receipted_pence + excluded.receipted_pence,
        quantity = c.quantity + excluded.quantity;
    INSERT INTO budget.volumes AS v (financial_year, kind, ordered)
    SELECT a.financial_year, a.kind, sum(s.committed * a.quantity)
    FROM appended AS a JOIN budget.chart AS s USING (entry_type)
    WHERE a.kind <> '' AND s.committed <> 0 AND a.quantity <> 0
    GROUP BY a.financial_year, a.kind ORDER BY a.financial_year, a.kind
    ON CONFLICT (financial_year, kind) DO UPDATE SET ordered = v.ordered + excluded.ordered;
    INSERT INTO budget.orders AS o (order_id, gross_pence)
    SELECT a.order_id, sum((s.committed + s.invoiced) * (a.net_pence + a.vat_pence))
    FROM appended AS a JOIN budget.chart AS s USING (entry_type)
    WHERE a.order_id IS NOT NULL AND s.committed + s.invoiced <> 0
    GROUP BY a.order_id ORDER BY a.order_id
    ON CONFLICT (order_id) DO UPDATE SET gross_pence = o.gross_pence + excluded.gross_pence;
    RETURN NULL;
END $$;

CREATE FUNCTION budget.count_new_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget.contract_calls AS c (contract_id, called_pence)
    SELECT contract_id, sum(gross_pence) FROM after WHERE contract_id IS NOT NULL
    GROUP BY contract_id ORDER BY contract_id
    ON CONFLICT (contract_id) DO UPDATE SET called_pence = c.called_pence + excluded.called_pence;
    RETURN NULL;
END $$;

CREATE FUNCTION budget.count_changed_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget.contract_calls AS c (contract_id, called_pence)
    SELECT contract_id, sum(pence)
    FROM (SELECT contract_id, gross_pence AS pence FROM after UNION ALL SELECT contract_id, -gross_pence FROM before)
         AS changes
    WHERE contract_id IS NOT NULL
    GROUP BY contract_id HAVING sum(pence) <> 0 ORDER BY contract_id
    ON CONFLICT (contract_id) DO UPDATE SET called_pence = c.called_pence + excluded.called_pence;
    RETURN NULL;
END $$;

-- What stands in the ledger already, counted once.
INSERT INTO budget.counters (financial_year, line, kind, unit, demand, month, approved_pence, committed_pence,
                             invoiced_pence, receipted_pence, quantity)
SELECT a.financial_year, a.line, a.kind, a.unit, a.demand, a.month,
       sum(s.approved * (a.net_pence + a.vat_pence)), sum(s.committed * (a.net_pence + a.vat_pence)),
       sum(s.invoiced * (a.net_pence + a.vat_pence)), sum(s.receipted * (a.net_pence + a.vat_pence)),
       sum(s.committed * a.quantity)
FROM budget.ledger AS a JOIN budget.chart AS s USING (entry_type)
GROUP BY a.financial_year, a.line, a.kind, a.unit, a.demand, a.month;

INSERT INTO budget.volumes (financial_year, kind, ordered)
SELECT a.financial_year, a.kind, sum(s.committed * a.quantity)
FROM budget.ledger AS a JOIN budget.chart AS s USING (entry_type)
WHERE a.kind <> '' AND s.committed <> 0 AND a.quantity <> 0
GROUP BY a.financial_year, a.kind;

INSERT INTO budget.orders AS o (order_id, gross_pence)
SELECT a.order_id, sum((s.committed + s.invoiced) * (a.net_pence + a.vat_pence))
FROM budget.ledger AS a JOIN budget.chart AS s USING (entry_type)
WHERE a.order_id IS NOT NULL AND s.committed + s.invoiced <> 0
GROUP BY a.order_id
ON CONFLICT (order_id) DO UPDATE SET gross_pence = excluded.gross_pence;

UPDATE budget.orders AS o
SET supplier = d.supplier, placed_on = d.document_date, financial_year = d.financial_year
FROM (
    SELECT DISTINCT ON (order_id) order_id, supplier, document_date, financial_year FROM budget.documents
    WHERE document_type = 'purchase_order' AND order_id IS NOT NULL
    ORDER BY order_id, supplier IS NULL, document_date, document_id
) AS d
WHERE d.order_id = o.order_id;

UPDATE budget.orders AS o
SET supplier = p.supplier, placed_on = (r.decided_at AT TIME ZONE 'Europe/London')::date, ours = true,
    financial_year = r.financial_year
FROM budget.reservations AS r JOIN budget.price_book AS p ON p.kind = r.kind
WHERE r.order_id = o.order_id AND r.state = 'committed';

CREATE TRIGGER count_entries AFTER INSERT ON budget.ledger REFERENCING NEW TABLE AS appended
    FOR EACH STATEMENT EXECUTE FUNCTION budget.count_entries();
CREATE TRIGGER count_new_calls AFTER INSERT ON budget.orders REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION budget.count_new_calls();
CREATE TRIGGER count_changed_calls AFTER UPDATE ON budget.orders REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION budget.count_changed_calls();

-- Filled from procurement.yaml when the service starts; the file is the source.
-- The thresholds stand here from the start, since no order may slip by them: they are published.
CREATE TABLE budget.gate_rules (
    only_row           boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    route_from_pence    bigint NOT NULL,
    approval_from_pence bigint NOT NULL,
    window_days         integer NOT NULL,
    version             text    NOT NULL
);
INSERT INTO budget.gate_rules (route_from_pence, approval_from_pence, window_days, version)
VALUES (21347700, 50000000, 90, 'as migrated');

CREATE TABLE budget.volume_caps (
    financial_year text    NOT NULL,
    kind           text    NOT NULL,
    devices        bigint  NOT NULL,
    assumed        boolean NOT NULL,
    PRIMARY KEY (financial_year, kind)
);

CREATE TABLE budget.lead_times (
    kind    text    PRIMARY KEY,
    days    integer NOT NULL,
    assumed boolean NOT NULL
);

CREATE TABLE budget.contracts (
    contract_id        text    PRIMARY KEY,
    supplier           text    NOT NULL,
    kinds              text[]  NOT NULL,
    ceiling_pence      bigint  NOT NULL,
    starts_on          date    NOT NULL,
    ends_on            date    NOT NULL,
    procurement_route  text,
    approval_reference text,
    assumed            text[]  NOT NULL
);

CREATE TABLE budget.delegations (
    delegation_id  text   PRIMARY KEY,
    financial_year text   NOT NULL,
    lines          text[] NOT NULL,
    total_pence    bigint NOT NULL,
    source         text   NOT NULL
);

-- Who may use a delegation: the people that the directory names for it.
CREATE TABLE budget.delegates (
    delegation_id text NOT NULL REFERENCES budget.delegations ON DELETE CASCADE,
    email         text NOT NULL,
    PRIMARY KEY (delegation_id, email)
);

-- Which content of a configuration file is in the tables: a change of it is audited once.
CREATE TABLE budget.configurations (
    name      text        PRIMARY KEY,
    digest    text        NOT NULL,
    taken_at  timestamptz NOT NULL
);

-- What people did to the books: who, when, why. Overrides are found here by the limits.
CREATE TABLE budget.acts (
    act_id         uuid        PRIMARY KEY,
    act            text        NOT NULL
                   CHECK (act IN ('override_line', 'override_cap', 'move', 'roll_over', 'reverse')),
    financial_year text        NOT NULL,
    line           text,
    to_line        text,
    kind           text,
    pence          bigint      NOT NULL DEFAULT 0,
    devices        bigint      NOT NULL DEFAULT 0,
    document_id    text,
    reason         text        NOT NULL CHECK (reason <> ''),
    email          text        NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX ON budget.acts (financial_year, at);
CREATE INDEX overrides ON budget.acts (financial_year, line, kind) WHERE act IN ('override_line', 'override_cap');
-- A document is reversed once.
CREATE UNIQUE INDEX a_document_is_reversed_once ON budget.acts (document_id) WHERE act = 'reverse';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget.acts
    FOR EACH STATEMENT EXECUTE FUNCTION budget.refuse_change();

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE budget.idempotency_keys (
    email   text        NOT NULL,
    command text        NOT NULL,
    key     text        NOT NULL,
    act_id  uuid        NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);

-- What of an order's promise moved to the next year, as money; `promise` says whether ours or finance's.
CREATE TABLE budget.rollovers (
    document_id    text   NOT NULL,
    order_id       text   NOT NULL REFERENCES budget.orders,
    financial_year text   NOT NULL,
    line           text   NOT NULL,
    kind           text   NOT NULL,
    unit           text   NOT NULL,
    demand         text   NOT NULL,
    promise        text   NOT NULL CHECK (promise IN ('reservation', 'purchase_order')),
    to_year        text   NOT NULL,
    net_pence      bigint NOT NULL,
    vat_pence      bigint NOT NULL,
    act_id         uuid   NOT NULL REFERENCES budget.acts,
    PRIMARY KEY (document_id, line, kind, unit, demand)
);
CREATE INDEX ON budget.rollovers (act_id);
CREATE INDEX ON budget.rollovers (order_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget.rollovers
    FOR EACH STATEMENT EXECUTE FUNCTION budget.refuse_change();

-- What was answered to each release of a wave.
CREATE TABLE budget.waves (
    wave_id     uuid        NOT NULL,
    attempt     integer     NOT NULL,
    wave        text        NOT NULL,
    committed   boolean     NOT NULL,
    order_ids   text[]      NOT NULL,
    explanation text        NOT NULL,
    released_by text        NOT NULL,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (wave_id, attempt)
);
-- A wave is committed once, whichever of its releases it was.
CREATE UNIQUE INDEX a_wave_is_committed_once ON budget.waves (wave_id) WHERE committed;
CREATE INDEX ON budget.waves (wave) WHERE committed;

-- What a wave's order set aside, by whom it is for; finance's purchase order takes its place.
CREATE TABLE budget.wave_shares (
    order_id       text    NOT NULL REFERENCES budget.orders,
    financial_year text    NOT NULL,
    line           text    NOT NULL,
    kind           text    NOT NULL,
    unit           text    NOT NULL,
    demand         text    NOT NULL,
    quantity       integer NOT NULL,
    net_pence      bigint  NOT NULL,
    vat_pence      bigint  NOT NULL,
    wave           text    NOT NULL,
    PRIMARY KEY (order_id, unit, demand)
);

-- A request for a device that a wave orders already needs no order and no money of its own.
ALTER TABLE budget.reservations DROP CONSTRAINT reservations_state_check;
ALTER TABLE budget.reservations ADD CONSTRAINT reservations_state_check
    CHECK (state IN ('committed', 'waiting', 'covered'));
ALTER TABLE budget.reservations ADD COLUMN covered_by text;
