-- :organizations organizations of 3 projects with 10 transactions each. Every transaction has traffic in the running minute, the one before, and half an hour
-- ago: 90 rows an organization.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
INSERT INTO organizations (name) SELECT 'organization-' || lpad(i::text, 7, '0') FROM generate_series(1, :organizations) i;
INSERT INTO projects (organization_id, name, first_minute)
SELECT o.id, 'project-' || p, extract(epoch FROM now())::bigint / 60 - 60 FROM organizations o, generate_series(1, 3) p ORDER BY o.id, p;
INSERT INTO transactions (project_id, name) SELECT p.id, 'GET /api/v1/resource-' || t || '/{id}' FROM projects p, generate_series(1, 10) t ORDER BY p.id, t;
INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact)
SELECT t.project_id, m.minute, t.id, v.total, floor(v.total / 10), 1
FROM transactions t
CROSS JOIN (SELECT extract(epoch FROM now())::bigint / 60 - ago AS minute
            FROM (VALUES (0), (1), (30)) a (ago)) m
-- A few transactions have most of the traces.
CROSS JOIN LATERAL (SELECT ceil(10 * power(1 - ((t.id * 7919) % 1000) / 1000.0, -0.9) * (1 + ((t.id + m.minute) % 3))) AS total) v;
ANALYZE;
