#!/usr/bin/env bash
# The pages of the dashboard, for an organization with 10,000 transactions: how long each takes, and how many bytes it is over the wire, beside an
# answer with nothing in it. bench/http/dashboard.sh [rounds]; needs curl, jq, awk, taskset and two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
source bench/http/lib.sh
rounds=${1:-21}
wrk() { :; } # What is measured is how long one answer takes; nothing sends as many requests as it can.
prepare "$rounds"
build src/DynamicSampling.Api
start DynamicSampling.Api.dll --urls http://127.0.0.1:0 --Scheduling:Enabled=false "--ConnectionStrings:DynamicSampling=Data Source=$work/dashboard.db"
address=$(grep -o -m1 'http://127.0.0.1:[0-9]*' "$work/log")

# 20 projects with 500 transactions each, uneven, over the last hour.
jq -nc 'range(0; 20) as $p | range(0; 500) as $t
  | {organization: "acme", project: "project-\($p)", transaction: "GET /path-\($t)", total: (1000000 / (($p + 1) * ($t + 1)) | floor), kept: (10000 / (($p + 1) * ($t + 1)) | floor)}' \
  | curl -sf "$address/api/volumes" -H 'Content-Type: application/x-ndjson' --data-binary @- > /dev/null
run=$(curl -sf "$address/api/tasks/rebalance_orgs" -H 'Content-Type: application/json' -d '{"organization":"acme"}' | jq -r .id)

org=/organizations/acme
pages=(
  /health/live / $org "$org/services" "$org/services?by=transaction" "$org/services?by=transaction&q=path-7&sort=-rate" "$org/services/project-0" "$org/clients" "$org/custom-rules"
  "$org/settings" /runs "/runs/$run" /tasks /cluster
)
printf '%-70s %10s %10s %10s\n' page 'median ms' 'worst ms' bytes
for page in "${pages[@]}"; do
  for (( i = 0; i < 5; i++ )); do
    curl -sf --compressed -o /dev/null "$address$page"
  done
  times=$(for (( i = 0; i < rounds; i++ )); do
    taskset -c 1 curl -sf -H 'Accept-Encoding: br' -o /dev/null -w '%{time_total}\n' "$address$page"
  done)
  bytes=$(curl -sf -H 'Accept-Encoding: br' -o /dev/null -w '%{size_download}' "$address$page")
  printf '%-70s %10.1f %10.1f %10d\n' "${page/$run/ID}" "$(median <<< "$times" | awk '{ print $1 * 1000 }')" "$(sort -g <<< "$times" | tail -1 | awk '{ print $1 * 1000 }')" "$bytes"
done
