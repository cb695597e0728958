-- Who changed what. It outlives what it is about, so it names it.
CREATE TABLE audit (
    id              TEXT PRIMARY KEY, -- UUIDv7: sorts by time
    at              INTEGER NOT NULL, -- milliseconds since the Unix epoch
    actor           TEXT NOT NULL,
    action          TEXT NOT NULL,
    organization    TEXT NOT NULL,
    project         TEXT, -- null when it is about the organization
    subject         TEXT, -- the custom rule's id, or the version of the rates
    before          TEXT, -- JSON; null for nothing
    after           TEXT -- JSON; null for nothing
) WITHOUT ROWID;
CREATE INDEX audit_organization ON audit (organization, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_at ON audit (at);

-- A version may have the rates of an earlier one, and be pinned: then it stays in force until the pin ends.
ALTER TABLE rate_versions ADD COLUMN projects_changed INTEGER; -- null: not known, from before this column
ALTER TABLE rate_versions ADD COLUMN restored_from INTEGER; -- the version whose rates it has; null when they were computed
ALTER TABLE rate_versions ADD COLUMN pinned_until INTEGER; -- milliseconds since the Unix epoch; null without a pin
ALTER TABLE rate_versions ADD COLUMN pinned_by TEXT;
