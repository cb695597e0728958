-- When the clients of a service polled last: a process that starts knows what they hold until they poll again.
CREATE TABLE clients (
    organization    TEXT NOT NULL,
    service         TEXT NOT NULL,
    last_poll_at    INTEGER NOT NULL, -- milliseconds since the Unix epoch
    clients         INTEGER NOT NULL, -- how many there seemed to be
    poll_interval   INTEGER NOT NULL, -- milliseconds; 0 when it could not be told
    PRIMARY KEY (organization, service)
) WITHOUT ROWID;
CREATE INDEX clients_last_poll ON clients (last_poll_at);
