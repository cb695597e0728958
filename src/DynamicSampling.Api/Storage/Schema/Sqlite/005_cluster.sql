-- Which process a run is of, which part of the organizations it is about, and how far it has got.
ALTER TABLE runs ADD COLUMN node TEXT;
ALTER TABLE runs ADD COLUMN shard TEXT;
ALTER TABLE runs ADD COLUMN progress TEXT; -- JSON
ALTER TABLE runs ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0; -- 1: somebody asked another process to cancel it

-- Clients poll whichever process they reach.
ALTER TABLE clients RENAME TO clients_004;
CREATE TABLE clients (
    organization    TEXT NOT NULL,
    service         TEXT NOT NULL,
    node            TEXT NOT NULL, -- the process that was polled
    last_poll_at    INTEGER NOT NULL, -- milliseconds since the Unix epoch
    polls           INTEGER NOT NULL, -- how many there have been since that process started
    clients         INTEGER NOT NULL, -- how many there seemed to be
    poll_interval   INTEGER NOT NULL, -- milliseconds; 0 when it could not be told
    PRIMARY KEY (organization, service, node)
) WITHOUT ROWID;
INSERT INTO clients (organization, service, node, last_poll_at, polls, clients, poll_interval)
SELECT organization, service, '', last_poll_at, 0, clients, poll_interval FROM clients_004;
DROP TABLE clients_004;
CREATE INDEX clients_last_poll ON clients (last_poll_at);
