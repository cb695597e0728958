#!/usr/bin/env bash
# How long a pass over all organizations takes, on one node and on two, and what memory a node needs for it.
#
#   bench/cluster/pass.sh [organizations of the small and of the large database]
#   bench/cluster/pass.sh 10000 100000 | tee bench/results/cluster-pass.txt    # about half an hour
#
# The nodes, the server and this script share the machine. A pass begins when the first shard's does and has ended when each shard's has; the cycle is
# so short that no node waits for its turn. Every organization is published for the first time.
. "$(dirname "$0")/lib.sh"
small=${1:-10000} large=${2:-100000} shards=16

measure() { # organizations, nodes
  query "TRUNCATE shards, runs, project_rates, rate_versions"
  for ((i = 1; i <= $2; i++)); do
    start_node "node-$i" Scheduling__Shards=$shards Scheduling__Cycle=00:00:16 Ingest__FlushInterval=00:00:10
  done
  until [ "$(query "SELECT count(*) FROM (SELECT shard FROM runs WHERE status <> 'running' AND shard IS NOT NULL GROUP BY shard) s")" -eq $shards ]; do sleep 1; done
  local peak=0 pid rss
  for pid in "${nodes[@]}"; do
    rss=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status")
    [ "$rss" -le "$peak" ] || peak=$rss
  done
  query "
    WITH first AS (SELECT DISTINCT ON (shard) * FROM runs WHERE shard IS NOT NULL AND status <> 'running' ORDER BY shard, id)
    SELECT format('%s organizations, %s node(s): %s s, %s organizations a second; %s published, %s not completed; largest node %s MiB',
      sum((result::json->>'organizations')::int), $2, round(((max(started_at + seconds * 1000) - min(started_at)) / 1000)::numeric, 1),
      round((sum((result::json->>'organizations')::int) / ((max(started_at + seconds * 1000) - min(started_at)) / 1000))::numeric),
      sum((result::json->>'published')::int), count(*) FILTER (WHERE status <> 'completed'), $peak)
    FROM first"
  stop_nodes
}

for organizations in "$small" "$large"; do
  create_database "$organizations"
  measure "$organizations" 1
  measure "$organizations" 2
done
