-- Who may use the service. Of a key only its hash is stored. Those that no longer count stay: a service that has had keys goes on asking for one.
CREATE TABLE api_keys (
    id              TEXT PRIMARY KEY, -- the public part of a key
    name            TEXT NOT NULL,
    hash            TEXT NOT NULL UNIQUE, -- SHA-256, in hex
    scopes          TEXT NOT NULL, -- separated by spaces
    organizations   TEXT, -- JSON: an array of names; null for all
    source          TEXT NOT NULL, -- configuration or command
    created_at      INTEGER NOT NULL, -- milliseconds since the Unix epoch
    expires_at      INTEGER, -- null for never
    revoked_at      INTEGER,
    revoked_by      TEXT, -- configuration or command
    change          INTEGER NOT NULL -- grows with each change of any key, for processes that hold them in memory
) WITHOUT ROWID;
CREATE INDEX api_keys_change ON api_keys (change);

-- What cookies are encrypted with.
CREATE TABLE data_protection_keys (
    name    TEXT PRIMARY KEY,
    xml     TEXT NOT NULL
) WITHOUT ROWID;
