-- The last data point of each series of metrics that counts requests, for telling what the next one adds. Nearly all that is written to it are new
-- values of old rows, which then stay on their pages.
CREATE TABLE metric_series (
    project_id      BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    series_high     BIGINT NOT NULL, -- 128 bits that name the series
    series_low      BIGINT NOT NULL,
    last_time       BIGINT NOT NULL, -- nanoseconds since the Unix epoch
    last_count      DOUBLE PRECISION NOT NULL,
    seen_hour       BIGINT NOT NULL, -- when it was heard of, in hours since the Unix epoch
    PRIMARY KEY (project_id, series_high, series_low)
) WITH (fillfactor = 70);
CREATE INDEX metric_series_seen ON metric_series (seen_hour);
