-- An hour is exact when none of its minutes is estimated; a minute that becomes exact must be able to tell.
ALTER TABLE project_hours ADD COLUMN estimated_minutes INTEGER NOT NULL DEFAULT 0;
-- Nobody has estimated yet. If somebody has, these hours stay so.
UPDATE project_hours SET estimated_minutes = 60 WHERE exact = 0;
ALTER TABLE project_hours DROP COLUMN exact;

-- From here on exact in volumes can also be 2: a share of a true count that estimates divide.

-- What came in, for the minutes of projects that have true counts and estimates; volumes has what follows from them.
CREATE TABLE mixed_volumes (
    project_id      INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    minute          INTEGER NOT NULL, -- since the Unix epoch
    transaction_id  INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    exact           INTEGER NOT NULL, -- 1: true counts, 0: estimated from what was kept
    total           REAL NOT NULL,
    kept            REAL NOT NULL,
    PRIMARY KEY (project_id, minute, transaction_id, exact)
) WITHOUT ROWID;
CREATE INDEX mixed_volumes_transaction ON mixed_volumes (transaction_id);

-- Flushes that have been counted.
CREATE TABLE flushes (
    id          TEXT PRIMARY KEY,
    created_at  INTEGER NOT NULL -- milliseconds since the Unix epoch
) WITHOUT ROWID;

-- For the retention. Releases have none: theirs would be written with every batch.
CREATE INDEX rate_versions_computed ON rate_versions (computed_at);
CREATE INDEX custom_rules_deactivated ON custom_rules (deactivated_at) WHERE deactivated_at IS NOT NULL;
