#!/usr/bin/env bash
# How long it takes until the shards of a node that was killed in the middle of their passes have been taken over by others.
#
#   bench/cluster/failover.sh [times]
#   bench/cluster/failover.sh 5 | tee bench/results/cluster-failover.txt    # about 3 minutes
. "$(dirname "$0")/lib.sh"
times=${1:-5} shards=16

create_database 3000
for name in a b c; do start_node "node-$name-0" Scheduling__Shards=$shards Scheduling__Cycle=00:00:16; done
results=()
for ((i = 1; i <= times; i++)); do
  # A node with passes in progress.
  while :; do
    victim=$(query "SELECT node FROM runs WHERE status = 'running' AND shard IS NOT NULL GROUP BY node ORDER BY count(*) DESC LIMIT 1")
    [ -n "$victim" ] && break
  done
  for index in "${!nodes[@]}"; do
    grep -qz "Cluster__Node=$victim" "/proc/${nodes[$index]}/environ" 2>/dev/null && break
  done
  killed=$(date +%s.%N)
  kill -9 "${nodes[$index]}"
  wait "${nodes[$index]}" 2>/dev/null || true # says nothing of it
  # What it had, and was not done with.
  had=$(query "SELECT string_agg(s.number || ':' || s.epoch, ' ') FROM shards s JOIN runs r ON r.id = s.run WHERE s.node = '$victim' AND r.status IN ('running', 'lost')")
  [ -n "$had" ] || { echo "$victim had just ended its passes; again." >&2; i=$((i - 1)); }
  for shard in $had; do
    until [ "$(query "SELECT count(*) FROM shards WHERE number = ${shard%:*} AND epoch > ${shard#*:}")" -eq 1 ]; do sleep 0.02; done
  done
  if [ -n "$had" ]; then
    seconds=$(awk -v from="$killed" -v to="$(date +%s.%N)" 'BEGIN { printf "%.2f", to - from }')
    results+=("$seconds")
    echo "$i. $(wc -w <<<"$had") passes of a node that was killed were taken over within $seconds s"
  fi
  unset "nodes[$index]"
  nodes=("${nodes[@]}")
  start_node "node-${victim#node-}-$i" Scheduling__Shards=$shards Scheduling__Cycle=00:00:16
done
echo "median: $(printf '%s\n' "${results[@]}" | sort -n | sed -n "$(((${#results[@]} + 1) / 2))p") s"
