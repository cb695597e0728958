#!/usr/bin/env bash
# The rates of a service with 200 operations over HTTP, as SDKs ask for them: the service beside an endpoint in the same process that answers
# the same bytes and does nothing else. Answers for each second of the server's
# processor time, in alternating pairs. The server has core 0 to itself, wrk has core 1.
#
#   bench/http/sampling.sh [pairs] [seconds a measurement] [warm-up seconds]      (9, 4 and 40 when left out)
set -euo pipefail
cd "$(dirname "$0")/../.."
source bench/http/lib.sh

pairs=${1:-9}
seconds=${2:-4}
warmup=${3:-40}
prepare "$pairs" "$seconds" "$warmup"
wrk_options=(--connections 32)

build bench/ServiceApp
# No pass publishes other rates meanwhile.
start DynamicSampling.ServiceApp.dll serve --urls http://127.0.0.1:0 --Logging:LogLevel:Default=Warning --Scheduling:Enabled=false \
  "--ConnectionStrings:DynamicSampling=Data Source=$work/dynamic-sampling.db"
service=$(sed -n 's/^Service: //p' "$work/log")
bare=$(sed -n 's/^Bare: //p' "$work/log")
path='/sampling?service=storefront'
curl -fsS "$bare$path" > "$work/bare.json"
curl -fsS "$service$path" > "$work/service.json"
cmp -s "$work/bare.json" "$work/service.json" || fail "the endpoints answer differently."
operations=$(grep -o '"operation":' "$work/service.json" | wc -l)
(( operations == 200 )) || fail "there are rates of $operations operations, and not of 200."

# Answers for each second of the server's processor time.
measure() {
  local report before
  before=$(processor_time)
  report=$(run_wrk "$2" "${!1}$path")
  per_processor_second "$(answers <<< "$report")" "$before" "$(processor_time)"
}

echo "$operations operations in $(wc -c < "$work/service.json") bytes"
compare "$pairs" "$seconds" "$warmup" bare service
echo
echo "service/bare, median of $pairs pairs: ${results[0]}   (target: at least 0.9; A/A: $same)"
