#!/usr/bin/env bash
# The rates of a service with 200 operations over HTTP, as SDKs ask for them, of Jaeger's protocol or of X-Ray's: the service beside an endpoint in the same process that answers
# the same bytes and does nothing else. Answers for each second of the server's
# processor time, in alternating pairs. The server has core 0 to itself, wrk has core 1.
#
#   bench/http/sampling.sh [pairs] [seconds a measurement] [warm-up seconds] [jaeger | xray]      (9, 4, 40 and jaeger when left out)
set -euo pipefail
cd "$(dirname "$0")/../.."
source bench/http/lib.sh

pairs=${1:-9}
seconds=${2:-4}
warmup=${3:-40}
protocol=${4:-jaeger}
prepare "$pairs" "$seconds" "$warmup"
wrk_options=(--connections 32)
case $protocol in
  jaeger) path='/sampling?service=storefront' request=() operation='"operation":' ;;
  xray) path=/GetSamplingRules request=(--request POST) operation='"URLPath":"/'; wrk_options+=(--script bench/http/post.lua) ;;
  *) fail "the protocol is jaeger or xray, not '$protocol'." ;;
esac

build bench/ServiceApp
# No pass publishes other rates meanwhile.
start DynamicSampling.ServiceApp.dll serve --urls http://127.0.0.1:0 --Logging:LogLevel:Default=Warning --Scheduling:Enabled=false \
  "--ConnectionStrings:DynamicSampling=Data Source=$work/dynamic-sampling.db"
service=$(sed -n 's/^Service: //p' "$work/log")
bare=$(sed -n 's/^Bare: //p' "$work/log")
curl -fsS "${request[@]}" "$bare$path" > "$work/bare.json"
curl -fsS "${request[@]}" "$service$path" > "$work/service.json"
cmp -s "$work/bare.json" "$work/service.json" || fail "the endpoints answer differently."
operations=$(grep -o "$operation" "$work/service.json" | wc -l)
(( operations == 200 )) || fail "there are rates of $operations operations, and not of 200."

# Answers for each second of the server's processor time.
measure() {
  local report before
  before=$(processor_time)
  report=$(run_wrk "$2" "${!1}$path")
  per_processor_second "$(answers <<< "$report")" "$before" "$(processor_time)"
}

echo "$protocol: $operations operations in $(wc -c < "$work/service.json") bytes"
compare "$pairs" "$seconds" "$warmup" bare service
echo
echo "service/bare, median of $pairs pairs: ${results[0]}   (target: at least 0.9; A/A: $same)"
