-- For wrk: requests without a body, as X-Ray's samplers fetch their rules.
wrk.method = "POST"
