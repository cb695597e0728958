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

# Seconds of processor time that the server has used for connections that are closed. It must be on this machine.
server_seconds() {
  awk -v ticks="$(getconf CLK_TCK)" '{ print int(($16 + $17) / ticks) }' "/proc/$(head -n 1 "$(query 'SHOW data_directory')/postmaster.pid")/stat"
}

measure() { # organizations, nodes
  local server_before
  server_before=$(server_seconds)
  query "TRUNCATE shards, runs, project_rates, rate_versions"
  for ((i = 1; i <= $2; i++)); do
    start_node "node-$i" Scheduling__Shards=$shards Scheduling__Cycle=00:00:16 Ingest__FlushInterval=00:00:10
  done
  until [ "$(query "SELECT count(*) FROM (SELECT shard FROM runs WHERE status <> 'running' AND shard IS NOT NULL GROUP BY shard) s")" -eq $shards ]; do sleep 1; done
  local peak=0 pid rss seconds=0
  for pid in "${nodes[@]}"; do
    seconds=$((seconds + $(awk -v ticks="$(getconf CLK_TCK)" '{ print int(($14 + $15) / ticks) }' "/proc/$pid/stat")))
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
  echo "  processor time: nodes $seconds s, server $(($(server_seconds) - server_before)) s"
}

for organizations in "$small" "$large"; do
  create_database "$organizations"
  query "SELECT format('%s rows of volumes, %s bytes each with their indexes', count(*), (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'volumes'::regclass) / count(*)) FROM volumes"
  measure "$organizations" 1
  measure "$organizations" 2
done
