-- Processes whose samplers report what they count. From here on exact in volumes and mixed_volumes says who counted: 1 posted, 3 reports, 4 X-Ray,
-- 5 HTTP metrics, 6 span metrics; 0 is estimated from spans, 2 a share of a true count, as before.
CREATE TABLE instances (
    organization    TEXT COLLATE "C" NOT NULL,
    service         TEXT COLLATE "C" NOT NULL,
    client          TEXT COLLATE "C" NOT NULL, -- chosen by the sampler when it starts
    sequence        BIGINT NOT NULL, -- of the last report: what comes with this or a lower one has been counted
    sampler         TEXT, -- its name and version
    rates_tag       TEXT, -- the ETag of the rates that it follows; null before the first
    first_report_at BIGINT NOT NULL, -- milliseconds since the Unix epoch
    last_report_at  BIGINT NOT NULL,
    current_at      BIGINT NOT NULL, -- when it followed the current rates last
    deviations      BIGINT NOT NULL, -- so many reports in a row were not in line with the rates that it follows
    seconds         DOUBLE PRECISION NOT NULL, -- of the last report, and so are these
    total           DOUBLE PRECISION NOT NULL,
    kept            DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (organization, service, client)
);
CREATE INDEX instances_last_report_at ON instances (last_report_at);
