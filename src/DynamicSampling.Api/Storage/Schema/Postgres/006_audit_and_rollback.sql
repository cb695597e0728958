-- Who changed what. It outlives what it is about, so it names it.
CREATE TABLE audit (
    id              TEXT COLLATE "C" PRIMARY KEY, -- UUIDv7: sorts by time
    at              BIGINT NOT NULL, -- milliseconds since the Unix epoch
    actor           TEXT COLLATE "C" NOT NULL,
    action          TEXT NOT NULL,
    organization    TEXT COLLATE "C" NOT NULL,
    project         TEXT, -- null when it is about the organization
    subject         TEXT, -- the custom rule's id, or the version of the rates
    before          TEXT, -- JSON; null for nothing
    after           TEXT -- JSON; null for nothing
);
CREATE INDEX audit_organization ON audit (organization, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_at ON audit (at);

-- A version may have the rates of an earlier one, and be pinned: then it stays in force until the pin ends.
ALTER TABLE rate_versions ADD COLUMN projects_changed BIGINT; -- null: not known, from before this column
ALTER TABLE rate_versions ADD COLUMN restored_from BIGINT; -- the version whose rates it has; null when they were computed
ALTER TABLE rate_versions ADD COLUMN pinned_until BIGINT; -- milliseconds since the Unix epoch; null without a pin
ALTER TABLE rate_versions ADD COLUMN pinned_by TEXT;

-- A row for each transaction: one that writes does not wait for another, and none takes away what another has left.
ALTER TABLE organization_changes DROP CONSTRAINT organization_changes_pkey;
ALTER TABLE organization_changes ADD PRIMARY KEY (organization, transaction);
