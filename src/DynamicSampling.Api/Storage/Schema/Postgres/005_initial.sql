-- The same tables as those of the embedded database at the same version. Names are compared byte by byte: collation "C".
CREATE TABLE organizations (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    settings    TEXT, -- JSON; null when there are none
    UNIQUE (name) INCLUDE (id) -- passes list the organizations of a shard by name, and tell the shard by the id
);

CREATE TABLE projects (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name            TEXT COLLATE "C" NOT NULL,
    settings        TEXT, -- JSON; null when there are none
    first_minute    BIGINT, -- of its first volume, since the Unix epoch; null before
    UNIQUE (organization_id, name)
);

CREATE TABLE transactions (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id  BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name        TEXT COLLATE "C" NOT NULL,
    UNIQUE (project_id, name)
);

-- A partition a day, made when the first volume of the day comes and dropped as a whole. Without references to projects and
-- transactions, which would be checked for every row: names go only while nobody writes volumes, and take their volumes along.
CREATE TABLE volumes (
    project_id      BIGINT NOT NULL,
    minute          BIGINT NOT NULL, -- since the Unix epoch
    transaction_id  BIGINT NOT NULL,
    total           DOUBLE PRECISION NOT NULL,
    kept            DOUBLE PRECISION NOT NULL,
    exact           BIGINT NOT NULL, -- 1: true counts, 0: estimated from what was kept, 2: a share of a true count
    PRIMARY KEY (project_id, minute, transaction_id)
) PARTITION BY RANGE (minute);
CREATE INDEX volumes_transaction ON volumes (transaction_id);
-- Next to nothing to write, since minutes come in order; for deleting the oldest ones.
CREATE INDEX volumes_minute ON volumes USING brin (minute);

-- Has no rows. Those who write volumes lock it so that they do not keep each other out, those who delete names keep them all out.
CREATE TABLE volume_writers ();

-- What came in, for the minutes of projects that have true counts and estimates; volumes has what follows from them.
CREATE TABLE mixed_volumes (
    project_id      BIGINT NOT NULL,
    minute          BIGINT NOT NULL, -- since the Unix epoch
    transaction_id  BIGINT NOT NULL,
    exact           BIGINT NOT NULL, -- 1: true counts, 0: estimated from what was kept
    total           DOUBLE PRECISION NOT NULL,
    kept            DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (project_id, minute, transaction_id, exact)
);
CREATE INDEX mixed_volumes_transaction ON mixed_volumes (transaction_id);
CREATE INDEX mixed_volumes_minute ON mixed_volumes (minute);

CREATE FUNCTION delete_volumes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM volumes WHERE project_id IN (SELECT id FROM gone);
    DELETE FROM mixed_volumes WHERE project_id IN (SELECT id FROM gone);
    RETURN NULL;
END $$;
CREATE TRIGGER projects_deleted AFTER DELETE ON projects REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION delete_volumes();

-- Sums of whole hours, for windows that are longer than an hour.
CREATE TABLE project_hours (
    project_id          BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    hour                BIGINT NOT NULL, -- since the Unix epoch
    total               DOUBLE PRECISION NOT NULL,
    kept                DOUBLE PRECISION NOT NULL,
    estimated_minutes   BIGINT NOT NULL DEFAULT 0, -- an hour is exact when none of its minutes is estimated
    PRIMARY KEY (project_id, hour)
);
CREATE INDEX project_hours_hour ON project_hours (hour);

-- Releases learnt from volumes.
CREATE TABLE releases (
    project_id      BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    release         TEXT COLLATE "C" NOT NULL,
    environment     TEXT COLLATE "C" NOT NULL, -- empty for none
    first_minute    BIGINT NOT NULL,
    last_minute     BIGINT NOT NULL,
    PRIMARY KEY (project_id, release, environment)
);

CREATE TABLE custom_rules (
    id              TEXT COLLATE "C" PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL, -- of the rule in rules documents, from 0; unique among active rules
    project         TEXT COLLATE "C", -- null for all projects
    description     TEXT,
    condition       TEXT NOT NULL, -- JSON
    samples         BIGINT NOT NULL, -- wanted
    starts_at       BIGINT NOT NULL, -- milliseconds since the Unix epoch
    ends_at         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    collected       DOUBLE PRECISION NOT NULL DEFAULT 0, -- samples seen
    announced_at    BIGINT, -- when its samples were complete
    deactivated_at  BIGINT -- when it had expired
);
CREATE INDEX custom_rules_organization ON custom_rules (organization_id, id);
CREATE UNIQUE INDEX custom_rules_active ON custom_rules (organization_id, number) WHERE deactivated_at IS NULL;
CREATE INDEX custom_rules_deactivated ON custom_rules (deactivated_at) WHERE deactivated_at IS NOT NULL;

-- Where passes over all organizations stopped.
CREATE TABLE pass_progress (
    task            TEXT COLLATE "C" PRIMARY KEY,
    organization    TEXT COLLATE "C" NOT NULL
);

-- Rates with their history: a version stays for as long as somebody may ask what was in force.
CREATE TABLE rate_versions (
    organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    version         BIGINT NOT NULL,
    computed_by     TEXT NOT NULL, -- the run
    computed_at     BIGINT NOT NULL, -- milliseconds since the Unix epoch
    first_minute    BIGINT NOT NULL,
    last_minute     BIGINT NOT NULL,
    mode            TEXT NOT NULL,
    target_rate     DOUBLE PRECISION NOT NULL,
    target_source   TEXT NOT NULL,
    monthly_volume  DOUBLE PRECISION,
    floor           DOUBLE PRECISION NOT NULL,
    factor          DOUBLE PRECISION NOT NULL,
    factor_until    BIGINT, -- milliseconds since the Unix epoch; null for ever
    obedience       DOUBLE PRECISION,
    PRIMARY KEY (organization_id, version)
);
CREATE INDEX rate_versions_computed ON rate_versions (computed_at);

CREATE TABLE project_rates (
    project_id      BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    first_version   BIGINT NOT NULL,
    end_version     BIGINT, -- the version that replaced or removed it; null while it is in force
    ended_at        BIGINT, -- milliseconds since the Unix epoch
    rate            DOUBLE PRECISION NOT NULL,
    total           DOUBLE PRECISION NOT NULL,
    kept            DOUBLE PRECISION NOT NULL,
    spent           DOUBLE PRECISION NOT NULL, -- traces of the window that are kept at the served rates
    detail          TEXT NOT NULL, -- JSON: all the rest
    PRIMARY KEY (project_id, first_version)
);
CREATE UNIQUE INDEX project_rates_current ON project_rates (project_id) WHERE end_version IS NULL;
CREATE INDEX project_rates_ended ON project_rates (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE runs (
    id                  TEXT COLLATE "C" PRIMARY KEY, -- UUIDv7: sorts by start
    task                TEXT COLLATE "C" NOT NULL,
    task_name           TEXT NOT NULL,
    organization        TEXT COLLATE "C",
    status              TEXT COLLATE "C" NOT NULL,
    trigger             TEXT NOT NULL,
    started_at          BIGINT NOT NULL, -- milliseconds since the Unix epoch
    max_seconds         DOUBLE PRECISION NOT NULL,
    seconds             DOUBLE PRECISION NOT NULL,
    overrun_seconds     DOUBLE PRECISION NOT NULL,
    task_data           TEXT NOT NULL, -- JSON
    result              TEXT, -- JSON
    error               TEXT, -- JSON
    node                TEXT COLLATE "C", -- the process
    shard               TEXT, -- the part of the organizations; null for all of them, or for one
    progress            TEXT, -- JSON
    cancel_requested    BIGINT NOT NULL DEFAULT 0 -- 1: somebody asked another process to cancel it
);
CREATE INDEX runs_task ON runs (task, id);
CREATE INDEX runs_organization ON runs (organization, id);
CREATE INDEX runs_started ON runs (started_at);
CREATE INDEX runs_status ON runs (status, id);

CREATE TABLE idempotency_keys (
    key         TEXT COLLATE "C" PRIMARY KEY,
    created_at  BIGINT NOT NULL, -- milliseconds since the Unix epoch
    taken       BIGINT NOT NULL -- the answer
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Flushes that have been counted.
CREATE TABLE flushes (
    id          TEXT COLLATE "C" PRIMARY KEY,
    created_at  BIGINT NOT NULL -- milliseconds since the Unix epoch
);
CREATE INDEX flushes_created ON flushes (created_at);

-- When the clients of a service polled last. Clients poll whichever process they reach.
CREATE TABLE clients (
    organization    TEXT COLLATE "C" NOT NULL,
    service         TEXT COLLATE "C" NOT NULL,
    node            TEXT COLLATE "C" NOT NULL, -- the process that was polled
    last_poll_at    BIGINT NOT NULL, -- milliseconds since the Unix epoch
    polls           BIGINT NOT NULL, -- how many there have been since that process started
    clients         BIGINT NOT NULL, -- how many there seemed to be
    poll_interval   BIGINT NOT NULL, -- milliseconds; 0 when it could not be told
    PRIMARY KEY (organization, service, node)
);
CREATE INDEX clients_last_poll ON clients (last_poll_at);

-- From here on: what only several processes need. Their times are those of the database's clock.

-- The processes.
CREATE TABLE nodes (
    name        TEXT COLLATE "C" PRIMARY KEY,
    host        TEXT NOT NULL,
    process_id  BIGINT NOT NULL,
    version     TEXT NOT NULL,
    started_at  BIGINT NOT NULL, -- milliseconds since the Unix epoch
    seen_at     BIGINT NOT NULL, -- when it checked in last
    ended_at    BIGINT -- when it stopped in good order
);

-- Parts of the organizations: those whose id leaves the number when it is divided by the count.
CREATE TABLE shards (
    count       BIGINT NOT NULL,
    number      BIGINT NOT NULL, -- from 0
    epoch       BIGINT NOT NULL, -- grows with each pass that begins: only the latest may publish
    node        TEXT NOT NULL, -- of the latest pass
    run         TEXT NOT NULL,
    started_at  BIGINT NOT NULL, -- milliseconds since the Unix epoch
    PRIMARY KEY (count, number)
);

-- Organizations whose rates or settings have changed, for the memory of the other processes.
CREATE TABLE organization_changes (
    organization    TEXT COLLATE "C" PRIMARY KEY,
    transaction     BIGINT NOT NULL, -- of PostgreSQL, that changed it last
    changed_at      BIGINT NOT NULL -- milliseconds since the Unix epoch
);
CREATE INDEX organization_changes_transaction ON organization_changes (transaction);
CREATE INDEX organization_changes_changed ON organization_changes (changed_at);
