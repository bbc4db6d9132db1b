-- Planned demand, waves as proposed and released, and the places that entries have in them.
-- depends: refresh-0005-applied-policies

-- Demand without a device, which a planner foresees: joiners and growth. Each of its `quantity` places may stand in
-- the queue; after a withdrawal only those that a wave holds already.
CREATE SEQUENCE refresh.demand_numbers;
CREATE TABLE refresh.demands (
    demand_id    uuid        PRIMARY KEY,
    reference    text        NOT NULL UNIQUE,
    cause        text        NOT NULL CHECK (cause IN ('joiner', 'growth')),
    kind         text        NOT NULL,
    unit         text        NOT NULL,
    quantity     integer     NOT NULL CHECK (quantity BETWEEN 1 AND 5000),
    needed_by    date        NOT NULL,
    reason       text        NOT NULL,
    added_by     text        NOT NULL,
    added_at     timestamptz NOT NULL,
    withdrawn_by text,
    withdrawn_at timestamptz,
    withdrawal   text,
    CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
);

-- The entries that a demand may have in the queue.
CREATE TABLE refresh.demand_places (
    entry_id  uuid PRIMARY KEY,
    demand_id uuid NOT NULL REFERENCES refresh.demands
);
CREATE INDEX ON refresh.demand_places (demand_id);

-- A wave as it was proposed and what became of it. `numbers` are the totals as last decided; `summary` holds what it
-- does by kind, unit and quarter, `basis` the money, volumes, prices and parameters that it was planned with.
CREATE SEQUENCE refresh.wave_numbers;
CREATE TABLE refresh.waves (
    wave_id        uuid        PRIMARY KEY,
    number         bigint      NOT NULL UNIQUE,
    wave           text        NOT NULL UNIQUE,
    status         text        NOT NULL CHECK (status IN ('proposed', 'released', 'committed', 'refused', 'sent_back',
                                                          'superseded')),
    attempt        integer     NOT NULL DEFAULT 0,
    financial_year text        NOT NULL,
    quarter        date        NOT NULL,
    policy_version text        NOT NULL,
    entries        integer     NOT NULL CHECK (entries >= 0),
    from_stock     integer     NOT NULL CHECK (from_stock >= 0),
    ordered        integer     NOT NULL CHECK (ordered >= 0),
    gross_pence    bigint      NOT NULL CHECK (gross_pence >= 0),
    gap            double precision NOT NULL CHECK (gap >= 0),
    method         text        NOT NULL,
    floors_met     boolean     NOT NULL,
    summary        jsonb       NOT NULL,
    basis          jsonb       NOT NULL,
    orders         jsonb       NOT NULL,
    proposed_by    text        NOT NULL,
    proposed_at    timestamptz NOT NULL,
    decided_by     text,
    decided_at     timestamptz,
    explanation    text        NOT NULL DEFAULT '',
    CHECK (entries = from_stock + ordered)
);
-- One wave of a quarter may wait for a director.
CREATE UNIQUE INDEX one_open_wave_a_quarter ON refresh.waves (quarter) WHERE status = 'proposed';
CREATE INDEX waves_in_force ON refresh.waves (number) WHERE status IN ('proposed', 'released', 'committed', 'refused');

-- The plan that holds: the newest proposal's that was neither sent back nor put out of use.
CREATE VIEW refresh.plan_in_force AS
SELECT wave_id, wave, quarter FROM refresh.waves
WHERE status IN ('proposed', 'released', 'committed', 'refused')
ORDER BY number DESC
LIMIT 1;

-- What a wave's plan does with each entry that it serves: those of its own quarter are in the wave, the others are
-- foreseen for a later quarter. `place` is the order of the queue.
CREATE TABLE refresh.wave_entries (
    wave_id         uuid    NOT NULL REFERENCES refresh.waves,
    entry_id        uuid    NOT NULL,
    place           integer NOT NULL,
    quarter         date    NOT NULL,
    delivered_in    date    NOT NULL,
    line            text    NOT NULL,
    kind            text    NOT NULL,
    unit            text,
    demand          text    NOT NULL,
    served_by       text    NOT NULL CHECK (served_by IN ('stock', 'order')),
    order_id        text,
    stock_device_id uuid,
    PRIMARY KEY (wave_id, entry_id)
);
CREATE INDEX wave_entries_of_stock ON refresh.wave_entries (wave_id, stock_device_id) WHERE stock_device_id IS NOT NULL;

-- The place of an entry in a released wave: at most one an entry. A device from the shelf was handed out, or left the
-- shelf otherwise, with the first revisions after `stock_revision` that say so, in whatever order they were heard; once
-- it left without being handed out, the place holds no more. A device cannot be set aside for two entries.
CREATE TABLE refresh.placements (
    entry_id        uuid    PRIMARY KEY,
    device_id       uuid    UNIQUE,
    wave_id         uuid    NOT NULL REFERENCES refresh.waves,
    wave            text    NOT NULL,
    attempt         integer NOT NULL,
    quarter         date    NOT NULL,
    kind            text    NOT NULL,
    state           text    NOT NULL CHECK (state IN ('planned', 'ordered')),
    order_id        text,
    stock_device_id uuid,
    stock_revision  bigint,
    handed_revision bigint,
    left_revision   bigint,
    holds           boolean NOT NULL
        GENERATED ALWAYS AS (left_revision IS NULL OR coalesce(handed_revision < left_revision, false)) STORED,
    CHECK ((order_id IS NULL) <> (stock_device_id IS NULL)),
    CHECK ((stock_device_id IS NULL) = (stock_revision IS NULL)),
    CHECK (device_id IS NULL OR device_id = entry_id)
);
CREATE UNIQUE INDEX one_entry_a_device_from_stock ON refresh.placements (stock_device_id)
    WHERE handed_revision IS NULL AND left_revision IS NULL;
CREATE INDEX placements_from_stock ON refresh.placements (stock_device_id) WHERE stock_device_id IS NOT NULL;
CREATE INDEX placements_of_wave ON refresh.placements (wave_id);

-- A command that comes twice with one key is answered as the first time.
CREATE TABLE refresh.idempotency_keys (
    email   text        NOT NULL,
    command text        NOT NULL,
    key     text        NOT NULL,
    about   uuid        NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (email, command, key)
);

-- An entry is planned while a released wave waits for its money. What a wave holds comes after all that waits.
ALTER TABLE refresh.queue
    ADD COLUMN wave text,
    ADD COLUMN order_id text,
    ADD COLUMN demand_id uuid,
    DROP CONSTRAINT queue_status_check,
    ADD CONSTRAINT queue_status_check CHECK (status IN ('queued', 'planned', 'ordered')),
    DROP CONSTRAINT queue_check,
    ADD CONSTRAINT queue_check CHECK (
        CASE WHEN demand_id IS NULL THEN entry_id = coalesce(device_id, request_id)
             ELSE device_id IS NULL AND request_id IS NULL END
    ),
    ADD CONSTRAINT queue_wave_check CHECK (status <> 'planned' OR wave IS NOT NULL),
    -- The same column by another rule. PostgreSQL changes a rule in place from 17 on only.
    DROP COLUMN turn,
    ADD COLUMN turn integer NOT NULL GENERATED ALWAYS AS (CASE status WHEN 'queued' THEN 1000 ELSE 2000 END - score)
        STORED;
CREATE INDEX queue_in_turn ON refresh.queue (turn, due_on, entry_id) INCLUDE (unit);
CREATE INDEX queue_of_demand ON refresh.queue (demand_id) WHERE demand_id IS NOT NULL;

-- What a plan may choose from: entries that wait, of kinds that are bought as `bought`, whose device nobody asked to
-- replace (`requested`). `need` puts people without a working device before all others; `earliest` is the place of its
-- day in `starts`, the first days of the plan's quarters and of the one after them.
CREATE FUNCTION refresh.plannable(asked text[], bought text[], requested uuid[], starts date[], today date)
RETURNS TABLE (entry_id uuid, device_id uuid, line text, kind text, unit text, demand text, score integer, need integer,
               earliest integer, turn integer, due_on date)
LANGUAGE sql STABLE AS $$
    SELECT q.entry_id, q.device_id, q.line, instead.bought, coalesce(q.unit, ''), q.demand, q.score,
           greatest(q.score, 1) + CASE WHEN q.cause IN ('breakage', 'loss', 'theft')
                                         OR (q.cause = 'joiner' AND q.due_on <= plannable.today) THEN 1000 ELSE 0 END,
           greatest(width_bucket(q.due_on, plannable.starts) - 1, 0), q.turn, q.due_on
    FROM refresh.queue AS q
    JOIN unnest(plannable.asked, plannable.bought) AS instead (asked, bought) ON instead.asked = q.kind
    WHERE q.status = 'queued' AND q.request_id IS NULL
      -- Hashed, whatever is known of the tables' sizes.
      AND (q.device_id IS NULL OR q.device_id NOT IN (SELECT unnest(plannable.requested)))
$$;
