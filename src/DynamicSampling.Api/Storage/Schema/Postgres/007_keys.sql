-- Who may use the service. Of a key only its hash is stored. Those that no longer count stay: a service that has had keys goes on asking for one.
CREATE TABLE api_keys (
    id              TEXT COLLATE "C" PRIMARY KEY, -- the public part of a key
    name            TEXT NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL UNIQUE, -- SHA-256, in hex
    scopes          TEXT NOT NULL, -- separated by spaces
    organizations   TEXT, -- JSON: an array of names; null for all
    source          TEXT NOT NULL, -- configuration or command
    created_at      BIGINT NOT NULL, -- milliseconds since the Unix epoch
    expires_at      BIGINT, -- null for never
    revoked_at      BIGINT,
    revoked_by      TEXT, -- configuration or command
    change          BIGINT NOT NULL -- grows with each change of any key, for processes that hold them in memory
);
CREATE INDEX api_keys_change ON api_keys (change);

-- What cookies are encrypted with.
CREATE TABLE data_protection_keys (
    name    TEXT COLLATE "C" PRIMARY KEY,
    xml     TEXT NOT NULL
);
