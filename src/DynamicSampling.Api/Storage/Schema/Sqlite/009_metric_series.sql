-- The last data point of each series of metrics that counts requests, for telling what the next one adds.
CREATE TABLE metric_series (
    project_id      INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    series_high     INTEGER NOT NULL, -- 128 bits that name the series
    series_low      INTEGER NOT NULL,
    last_time       INTEGER NOT NULL, -- nanoseconds since the Unix epoch
    last_count      REAL NOT NULL,
    seen_hour       INTEGER NOT NULL, -- when it was heard of, in hours since the Unix epoch
    PRIMARY KEY (project_id, series_high, series_low)
) WITHOUT ROWID;
CREATE INDEX metric_series_seen ON metric_series (seen_hour);
