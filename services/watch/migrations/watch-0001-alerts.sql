-- Watch: the newest facts its conditions are judged by, and every life of every alert.
-- depends: eventlog-0001-equip

CREATE SCHEMA watch;
DO $$ BEGIN PERFORM eventlog.equip('watch'); END $$;

-- A funding line's sums, in pence; a lower `sequence` never replaces a higher one.
CREATE TABLE watch.balances (
    financial_year  text    NOT NULL,
    line            text    NOT NULL,
    sequence        bigint  NOT NULL,
    approved_pence  bigint  NOT NULL,
    committed_pence bigint  NOT NULL,
    invoiced_pence  bigint  NOT NULL,
    PRIMARY KEY (financial_year, line)
);

-- How many of a unit's devices of a kind are past policy life; guarded by `sequence` likewise.
CREATE TABLE watch.ageing (
    unit             text    NOT NULL,
    kind             text    NOT NULL,
    sequence         bigint  NOT NULL,
    measured_on      date    NOT NULL,
    deployed         integer NOT NULL,
    past_policy_life integer NOT NULL,
    PRIMARY KEY (unit, kind)
);

-- One row a ticket, so that a repeat changes nothing and a withdrawal takes back exactly what it withdraws.
-- Windows are counts over these rows: exact at any moment, whatever order the events came in.
-- Words on one ticket are joined so that their order cannot matter: withdrawn stays withdrawn.
CREATE TABLE watch.failures (
    ticket    text        PRIMARY KEY,
    model     text,
    failed_at timestamptz NOT NULL,
    withdrawn boolean     NOT NULL
);
CREATE INDEX failures_by_time ON watch.failures (failed_at);
CREATE INDEX failures_by_model ON watch.failures (model, failed_at) WHERE NOT withdrawn AND model IS NOT NULL;

-- One row a life of a condition: (key, episode). Of a key at most one life is open.
CREATE TABLE watch.alerts (
    key        text        NOT NULL,
    episode    integer     NOT NULL CHECK (episode > 0),
    revision   integer     NOT NULL CHECK (revision > 0),
    condition  text        NOT NULL,
    severity   text        NOT NULL CHECK (severity IN ('notice', 'warning', 'critical')),
    audience   text        NOT NULL,
    unit       text,
    headline   text        NOT NULL,
    detail     text        NOT NULL,
    measured   double precision,
    threshold  double precision,
    raised_at  timestamptz NOT NULL,
    cleared_at timestamptz,
    PRIMARY KEY (key, episode)
);
CREATE UNIQUE INDEX one_open_life ON watch.alerts (key) WHERE cleared_at IS NULL;
