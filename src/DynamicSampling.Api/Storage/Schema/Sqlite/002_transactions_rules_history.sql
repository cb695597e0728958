-- Settings of projects, and when they were first seen.
ALTER TABLE projects ADD COLUMN settings TEXT; -- JSON; null when there are none
ALTER TABLE projects ADD COLUMN first_minute INTEGER; -- of its first volume, since the Unix epoch; null before
UPDATE projects SET first_minute = (SELECT MIN(minute) FROM volumes WHERE project_id = projects.id);

-- Sums of whole hours, for windows that are longer than an hour.
CREATE TABLE project_hours (
    project_id  INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    hour        INTEGER NOT NULL, -- since the Unix epoch
    total       REAL NOT NULL,
    kept        REAL NOT NULL,
    exact       INTEGER NOT NULL, -- 1: every count in it is true
    PRIMARY KEY (project_id, hour)
) WITHOUT ROWID;
INSERT INTO project_hours (project_id, hour, total, kept, exact)
SELECT project_id, minute / 60, SUM(total), SUM(kept), MIN(exact) FROM volumes GROUP BY project_id, minute / 60;

-- Releases learnt from volumes.
CREATE TABLE releases (
    project_id      INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    release         TEXT NOT NULL,
    environment     TEXT NOT NULL, -- empty for none
    first_minute    INTEGER NOT NULL,
    last_minute     INTEGER NOT NULL,
    PRIMARY KEY (project_id, release, environment)
) WITHOUT ROWID;

CREATE TABLE custom_rules (
    id              TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    number          INTEGER NOT NULL, -- of the rule in rules documents, from 0; unique among active rules
    project         TEXT, -- null for all projects
    description     TEXT,
    condition       TEXT NOT NULL, -- JSON
    samples         INTEGER NOT NULL, -- wanted
    starts_at       INTEGER NOT NULL, -- milliseconds since the Unix epoch
    ends_at         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    collected       REAL NOT NULL DEFAULT 0, -- samples seen
    announced_at    INTEGER, -- when its samples were complete
    deactivated_at  INTEGER -- when it had expired
) WITHOUT ROWID;
CREATE INDEX custom_rules_organization ON custom_rules (organization_id, id);
CREATE UNIQUE INDEX custom_rules_active ON custom_rules (organization_id, number) WHERE deactivated_at IS NULL;

-- Where passes over all organizations stopped.
CREATE TABLE pass_progress (
    task            TEXT PRIMARY KEY,
    organization    TEXT NOT NULL
) WITHOUT ROWID;

-- Rates with their history: a version stays for as long as somebody may ask what was in force.
ALTER TABLE rate_versions RENAME TO rate_versions_001;
ALTER TABLE project_rates RENAME TO project_rates_001;
CREATE TABLE rate_versions (
    organization_id INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    version         INTEGER NOT NULL,
    computed_by     TEXT NOT NULL, -- the run
    computed_at     INTEGER NOT NULL, -- milliseconds since the Unix epoch
    first_minute    INTEGER NOT NULL,
    last_minute     INTEGER NOT NULL,
    mode            TEXT NOT NULL,
    target_rate     REAL NOT NULL,
    target_source   TEXT NOT NULL,
    monthly_volume  REAL,
    floor           REAL NOT NULL,
    factor          REAL NOT NULL,
    factor_until    INTEGER, -- milliseconds since the Unix epoch; null for ever
    obedience       REAL,
    PRIMARY KEY (organization_id, version)
) WITHOUT ROWID;
INSERT INTO rate_versions (organization_id, version, computed_by, computed_at, first_minute, last_minute, mode, target_rate, target_source, floor, factor)
SELECT organization_id, version, computed_by, computed_at, first_minute, last_minute, 'Organization', target_rate, target_source, floor, 1
FROM rate_versions_001;
CREATE TABLE project_rates (
    project_id      INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    first_version   INTEGER NOT NULL,
    end_version     INTEGER, -- the version that replaced or removed it; null while it is in force
    ended_at        INTEGER, -- milliseconds since the Unix epoch
    rate            REAL NOT NULL,
    total           REAL NOT NULL,
    kept            REAL NOT NULL,
    spent           REAL NOT NULL, -- traces of the window that are kept at the served rates
    detail          TEXT NOT NULL, -- JSON: all the rest
    PRIMARY KEY (project_id, first_version)
) WITHOUT ROWID;
INSERT INTO project_rates (project_id, first_version, rate, total, kept, spent, detail)
SELECT r.project_id, r.version, r.rate, r.total, r.kept,
       r.total * CASE WHEN r.rate IN (0, 1) THEN r.rate WHEN r.rate < v.floor THEN v.floor ELSE r.rate END,
       json_object('floor', v.floor)
FROM project_rates_001 r JOIN projects p ON p.id = r.project_id JOIN rate_versions v ON v.organization_id = p.organization_id;
CREATE UNIQUE INDEX project_rates_current ON project_rates (project_id) WHERE end_version IS NULL;
CREATE INDEX project_rates_ended ON project_rates (ended_at) WHERE ended_at IS NOT NULL;
DROP TABLE project_rates_001;
DROP TABLE rate_versions_001;
