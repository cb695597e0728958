CREATE TABLE organizations (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    settings    TEXT -- JSON; null when there are none
);

CREATE TABLE projects (
    id              INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    UNIQUE (organization_id, name)
);

CREATE TABLE transactions (
    id          INTEGER PRIMARY KEY,
    project_id  INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    UNIQUE (project_id, name)
);

-- The window of a project is one stretch of the primary key.
CREATE TABLE volumes (
    project_id      INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    minute          INTEGER NOT NULL, -- since the Unix epoch
    transaction_id  INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    total           REAL NOT NULL,
    kept            REAL NOT NULL,
    exact           INTEGER NOT NULL, -- 1: true counts, 0: estimated from what was kept
    PRIMARY KEY (project_id, minute, transaction_id)
) WITHOUT ROWID;

CREATE INDEX volumes_transaction ON volumes (transaction_id);

CREATE TABLE rate_versions (
    organization_id INTEGER PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    version         INTEGER NOT NULL,
    computed_by     TEXT NOT NULL, -- the run
    computed_at     INTEGER NOT NULL, -- milliseconds since the Unix epoch
    first_minute    INTEGER NOT NULL,
    last_minute     INTEGER NOT NULL,
    target_rate     REAL NOT NULL,
    target_source   TEXT NOT NULL,
    floor           REAL NOT NULL
);

CREATE TABLE project_rates (
    project_id  INTEGER PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL, -- in which its rate or volume changed last
    rate        REAL NOT NULL,
    total       REAL NOT NULL,
    kept        REAL NOT NULL
);

CREATE TABLE runs (
    id              TEXT PRIMARY KEY, -- UUIDv7: sorts by start
    task            TEXT NOT NULL,
    task_name       TEXT NOT NULL,
    organization    TEXT,
    status          TEXT NOT NULL,
    trigger         TEXT NOT NULL,
    started_at      INTEGER NOT NULL, -- milliseconds since the Unix epoch
    max_seconds     REAL NOT NULL,
    seconds         REAL NOT NULL,
    overrun_seconds REAL NOT NULL,
    task_data       TEXT NOT NULL, -- JSON
    result          TEXT, -- JSON
    error           TEXT -- JSON
) WITHOUT ROWID;

CREATE INDEX runs_task ON runs (task, id);
CREATE INDEX runs_organization ON runs (organization, id);
CREATE INDEX runs_started ON runs (started_at);
CREATE INDEX runs_status ON runs (status, id);

CREATE TABLE idempotency_keys (
    key         TEXT PRIMARY KEY,
    created_at  INTEGER NOT NULL, -- milliseconds since the Unix epoch
    taken       INTEGER NOT NULL -- the answer
) WITHOUT ROWID;
